export type { EntryType, TreeNode, LayerEntry, LayerIndex, FileTree, ContentSource, PlanEntry } from './entry.ts';
export { contentLayers } from './content-layers.ts';
export { impliedFolder, layerTree } from './layer-tree.ts';
export { impliedFolders } from './implied-folders.ts';
export { resolvePath, type ResolvedPath } from './resolve-path.ts';
export { contentDigestOf, selectionDigest, chainTreeID, baseTreeID } from './digest.ts';
export { cleanPath, parentOf, baseName, joinPath, compareBytes, comparePaths, lengthFault } from './path.ts';
export { encodeIndex, decodeIndex, checkIndex } from './index-file.ts';
export { TreeError, type TreeErrorCode } from './error.ts';
