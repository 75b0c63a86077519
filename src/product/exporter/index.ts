export { type FileSink, tarSink, folderSink } from './file-sink.ts';
export { type ImageSet, documentsOf, layersOf, type ExportLayer, type ProvideBlob } from './image-set.ts';
export { Pusher, type PusherOptions } from './push.ts';
export { ExporterError, unwritable } from './error.ts';
export { streamTarget, fileTarget, type ByteTarget } from './byte-target.ts';
export { writeLayout, type LayoutOptions } from './layout.ts';
export { checkDestination, stageFile, StagedFolders, type StagedFile } from './destination.ts';
export { dockerLoadSink } from './docker-load.ts';
