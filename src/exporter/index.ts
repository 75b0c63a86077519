export { documentsOf, layersOf, type ExportLayer, type ImageSet, type ProvideBlob } from './image-set.ts';
export { Pusher, type PusherOptions } from './push.ts';
export { writeLayout, type LayoutOptions } from './layout.ts';
export { folderSink, tarSink, type FileSink } from './file-sink.ts';
export { fileTarget, streamTarget, type ByteTarget } from './byte-target.ts';
export { checkDestination, stageFile, StagedFolders, type StagedFile } from './destination.ts';
export { ExporterError, unwritable } from './error.ts';
