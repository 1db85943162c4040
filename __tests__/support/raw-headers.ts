import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

/**
 * A transform that puts new headers on the config, with exactly these names and values. axios normalizes the headers
 * that it passes to transforms, but not these until they are sent.
 */
export function withRawHeaders(headers: object): (data: unknown) => unknown {
  return function (this: InternalAxiosRequestConfig, data) {
    this.headers = Object.assign(new AxiosHeaders(this.headers), headers);
    return data;
  };
}
