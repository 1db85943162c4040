import { Blob } from 'node:buffer';
import type { FinalConfig, HeaderRecord } from './axios-types.js';
import { inAnyVariant, removeHeaders } from './headers.js';
import { asBytes } from './protocol/bytes.js';
import { ownValue } from './protocol/own-value.js';

const CONTENT_LENGTH_PATTERN = inAnyVariant(['Content-Length']);
const TRANSFER_ENCODING_OR_TRAILER_PATTERN = inAnyVariant(['Transfer-Encoding', 'Trailer']);
const CONNECTION_PATTERN = inAnyVariant(['Connection']);
const ONLY_PERSISTENCE = /^\s*(close|keep-alive)\s*$/i;

/**
 * Decides where the body ends. If a caller decided, the receiver could read the rest of the body as the start of the
 * next request on the connection, which carries another viewer.
 *
 * - `Transfer-Encoding` is removed, and `Content-Length` where axios knows the length itself. axios and Node then frame
 *   the body.
 * - Where a length is only claimed, or Node might send the body unframed, the receiver is told to close the connection.
 *   (`guardRedirects` does the same for a redirected body.)
 * - A `Trailer` is removed, because with a stream and a `Content-Length`, Node throws where nothing can catch the
 *   error.
 * - A `Connection` is removed if it has options other than `close` and `keep-alive`, because proxies drop the headers
 *   that it lists.
 */
export function frameBody(config: FinalConfig, body: unknown): void {
  const { headers } = config;
  removeHeaders(headers, TRANSFER_ENCODING_OR_TRAILER_PATTERN);
  const isExactLengthSent = knowsItsLength(body);
  if (isExactLengthSent) removeHeaders(headers, CONTENT_LENGTH_PATTERN);

  if (isHttp2(config)) {
    removeHeaders(headers, CONNECTION_PATTERN); // HTTP/2 does its own framing, and forbids this header
  } else if (isExactLengthSent || isSentInChunks(config, body)) {
    removeHeaders(headers, CONNECTION_PATTERN, (value) => !ONLY_PERSISTENCE.test(String(value)));
  } else {
    closeConnection(headers);
  }
}

/** Tells the receiver to close the connection after this request, so that no other request uses it. */
export function closeConnection(headers: HeaderRecord): void {
  removeHeaders(headers, CONNECTION_PATTERN);
  headers['Connection'] = 'close';
}

/** Whether axios sends the exact length, or there is no body. */
function knowsItsLength(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string' || asBytes(body) !== undefined) return true;
  return body instanceof Blob || isFormOfExactParts(body);
}

/**
 * Whether a body is a web FormData of strings and Blobs. Reading a Blob fails if its file has changed, but an object
 * that only looks like a Blob can have more bytes than it claims. (A Blob from another realm is treated as such an
 * object.)
 */
function isFormOfExactParts(body: unknown): boolean {
  if (Object.prototype.toString.call(body) !== '[object FormData]' || isFormDataPackage(body)) return false;
  const parts = [...(body as { values(): Iterable<unknown> }).values()];
  return parts.every((part) => typeof part === 'string' || part instanceof Blob);
}

/** A form from the package form-data. axios sends the length that the form claims, but a file in the form can grow. */
function isFormDataPackage(body: unknown): boolean {
  return typeof (body as { getHeaders?: unknown }).getHeaders === 'function';
}

/**
 * For these methods, Node always uses chunked encoding if no length is set. For others, it might not frame the body.
 */
const CHUNKED_METHODS = ['POST', 'PUT', 'PATCH'];

function isSentInChunks({ headers, method }: FinalConfig, body: unknown): boolean {
  const isLengthClaimed = Object.keys(headers).some((name) => CONTENT_LENGTH_PATTERN.test(name));
  return isStream(body) && !isLengthClaimed && CHUNKED_METHODS.includes(String(method).toUpperCase());
}

/** A stream has no length. Other objects, such as forms from the package form-data, can claim a length. */
function isStream(body: unknown): boolean {
  const tag = Object.prototype.toString.call(body);
  const isNodeStream = tag === '[object Object]' && typeof (body as { pipe?: unknown }).pipe === 'function';
  return (isNodeStream && !isFormDataPackage(body)) || tag === '[object ReadableStream]';
}

function isHttp2(config: FinalConfig): boolean {
  return Number(ownValue(config, 'httpVersion')) === 2;
}
