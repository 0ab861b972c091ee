export type RequestErrorCode =
  | "ambiguous"
  | "bad_request"
  | "body_not_accepted"
  | "body_too_large"
  | "configuration"
  | "configured"
  | "connection_outdated"
  | "headers_too_large"
  | "internal"
  | "method_not_allowed"
  | "not_dead"
  | "not_found"
  | "timeout"
  | "too_busy"
  | "too_many_requests"
  | "too_many_silences"
  | "too_many_streams"
  | "unauthorized"
  | "unavailable"
  | "unsupported_media_type";

/** A request that is answered with an error: `code` is API, `message` is for the person who sent it. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: RequestErrorCode;
  /** Further fields of the error object. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: RequestErrorCode,
    message: string,
    more: { readonly details?: Readonly<Record<string, unknown>>; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = "RequestError";
    this.status = status;
    this.code = code;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

export interface ErrorBody {
  readonly error: { readonly code: RequestErrorCode; readonly message: string } & Readonly<Record<string, unknown>>;
}

export function errorBody(code: RequestErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}): ErrorBody {
  return { error: { code, message, ...details } };
}

export const badRequest = (message: string): RequestError => new RequestError(400, "bad_request", message);
export const notFound = (message: string): RequestError => new RequestError(404, "not_found", message);
