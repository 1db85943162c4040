import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { establishViewer, type Established } from './receiver.js';

/**
 * Records requests that no server could receive: to relative addresses, and to names and schemes that no test server
 * has.
 */
export interface Recorder {
  readonly adapter: (config: InternalAxiosRequestConfig) => Promise<AxiosResponse>;
  readonly configs: InternalAxiosRequestConfig[];
  /** The headers of the last request, with lower-case names. */
  headers(): Record<string, string | undefined>;
  /** The viewer in the last request's headers, verified. */
  viewer(): Established;
}

export function createRecorder(): Recorder {
  const configs: InternalAxiosRequestConfig[] = [];
  const headers = (): Record<string, string | undefined> => {
    const config = configs.at(-1);
    if (config === undefined) throw new Error('The adapter has received no request.');
    const entries = Object.entries(config.headers as unknown as Record<string, string>);
    return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
  };
  return {
    adapter: (config) => {
      configs.push(config);
      return Promise.resolve({ data: {}, status: 200, statusText: 'OK', headers: {}, config });
    },
    configs,
    headers,
    viewer: () => establishViewer({ headers: headers() }),
  };
}
