export { HttpClient, type FollowedResponse, type HttpClientOptions } from './client.ts';
export { basicHeader } from './basic.ts';
export { certificateBundle, type CertificateOptions } from './certificates.ts';
export { connectionFault, type ConnectionFault } from './fault.ts';
export { HttpError, type HttpErrorCode } from './error.ts';
export { isLoopback } from './loopback.ts';
export { isPassingStatus, parseRetryAfter } from './retry-after.ts';
export { headersFor, redirectOf, type Redirect } from './redirect.ts';
export type { Body, HttpRequest, HttpResponse } from './transport.ts';
