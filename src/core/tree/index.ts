export type { FileTree, PlanEntry, LayerIndex, LayerEntry, ContentSource, TreeNode, EntryType } from './entry.ts';
export { cleanPath, comparePaths, joinPath, parentOf, baseName, lengthFault, compareBytes } from './path.ts';
export { resolvePath, type ResolvedPath } from './resolve-path.ts';
export { layerTree, impliedFolder } from './layer-tree.ts';
export { contentLayers } from './content-layers.ts';
export { checkIndex, decodeIndex, encodeIndex } from './index-file.ts';
export { TreeError, type TreeErrorCode } from './error.ts';
export { contentDigestOf, chainTreeID, baseTreeID, selectionDigest } from './digest.ts';
export { impliedFolders } from './implied-folders.ts';
