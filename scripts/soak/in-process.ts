import { AxiosError, type AxiosAdapter } from 'axios';
import { NOTES } from './notes.js';
import { receive } from './receive.js';
import type { Tally } from './tally.js';

/** An adapter that receives and responds in this process, without sockets, so it handles many more requests. */
export function inProcessAdapter(tally: Tally): AxiosAdapter {
  return (config) => {
    const entries = Object.entries(config.headers.toJSON());
    const headers = Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
    receive(headers, tally);

    const status = headers[NOTES.fail] === 'yes' ? 503 : 200;
    const response = { data: '', status, statusText: '', headers: {}, config };
    if (status === 200) return Promise.resolve(response);
    return Promise.reject(new AxiosError('503', undefined, config, undefined, response));
  };
}
