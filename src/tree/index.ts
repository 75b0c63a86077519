export type { EntryType, TreeNode, LayerEntry, LayerIndex, FileTree, ContentSource, PlanEntry } from './entry.ts';
