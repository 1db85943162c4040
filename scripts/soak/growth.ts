import { getEventListeners, setMaxListeners } from 'node:events';
import type { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { IN_FLIGHT } from './send-all.js';
import type { Tally } from './tally.js';

const MEGABYTE = 1024 * 1024; // bytes

/** How much the heap may grow, in bytes, because Node and the JIT compiler have caches. */
const MAX_HEAP_GROWTH = 8 * MEGABYTE;
/** Connections are kept open, and both ends of them are in this process. */
const MAX_MORE_HANDLES = 2 * IN_FLIGHT;
/** Node's own handles, and some more. */
const MAX_LISTENERS_OF_SOCKET = 20;

/** The share of the work that is done first, because what is compiled and cached once is not growth. */
const WARM_UP = 0.02;
/** How long sockets may take to close, in ms. */
const CLOSING_TIME = 50;

/**
 * Does a share of some work, from 0 to 1. All requests share one signal, so the listeners that they leave on it add up.
 */
export type Work = (share: number, signal: AbortSignal) => void | Promise<void>;

/** Reports a fault if work has left anything behind: heap, handles, or listeners on the signal. */
export async function watchGrowth(title: string, tally: Tally, work: Work): Promise<void> {
  console.log(title);
  const { signal } = new AbortController();
  setMaxListeners(0, signal); // no warning about many listeners while many requests are in flight

  await work(WARM_UP, signal);
  const before = measure();
  await work(1, signal);
  await wait(CLOSING_TIME);
  const after = measure();
  const listeners = getEventListeners(signal, 'abort').length;

  console.log(`  heap ${inMegabytes(before.heap)} -> ${inMegabytes(after.heap)}`);
  console.log(`  handles ${String(before.handles)} -> ${String(after.handles)}`);
  console.log(`  ${String(listeners)} listeners left`);
  const heapGrowth = after.heap - before.heap;
  if (heapGrowth > MAX_HEAP_GROWTH) tally.reportFault(`${title}: the heap grew by ${inMegabytes(heapGrowth)}`);
  if (after.handles - before.handles > MAX_MORE_HANDLES) tally.reportFault(`${title}: handles are left`);
  if (listeners > 0) tally.reportFault(`${title}: listeners are left on the signal`);
}

/** Reports a fault if requests have left listeners on the sockets of an agent. */
export function checkSockets(agent: Agent, tally: Tally): void {
  const sockets = Object.values(agent.freeSockets).flatMap((free) => free ?? []);
  const counts = sockets.map((socket) => {
    const ofEachEvent = socket.eventNames().map((event) => socket.listenerCount(event));
    return ofEachEvent.reduce((sum, count) => sum + count, 0);
  });
  const most = Math.max(0, ...counts);
  console.log(`  at most ${String(most)} listeners on a socket`);
  if (most > MAX_LISTENERS_OF_SOCKET) tally.reportFault('listeners are left on a socket');
}

function measure(): { heap: number; handles: number } {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc.');
  for (let run = 0; run < 3; run += 1) globalThis.gc(); // once does not find everything
  return { heap: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo().length };
}

function inMegabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
