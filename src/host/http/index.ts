export { HttpClient, type FollowedResponse, type HttpClientOptions } from './client.ts';
export { connectionFault, type ConnectionFault } from './fault.ts';
export { isPassingStatus, retryAdvice } from './retry-after.ts';
export { certificateBundle, type CertificateOptions } from './certificates.ts';
export { headersFor, redirectOf, type Redirect } from './redirect.ts';
export { basicHeader } from './basic.ts';
export type { HttpRequest, HttpResponse, Body } from './transport.ts';
export { isLoopback } from './loopback.ts';
export { AnswerError, type AnswerErrorOptions, HttpError, type HttpErrorCode } from './error.ts';
