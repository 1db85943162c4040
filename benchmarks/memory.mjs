import axios from 'axios';
import { createAttachedClient, viewersInTurn } from './clients.mjs';

/** The heap after a client has signed so many distinct viewers, in bytes beyond what it was after the first thousand. */
export async function measureMemory(counts) {
  const client = createAttachedClient(axios);
  const viewer = viewersInTurn(Infinity);
  const heaps = [];
  let sent = 0;
  for (const count of [1000, ...counts]) {
    for (; sent < count; sent += 1) await client.get('/', { viewerContext: viewer() });
    for (let run = 0; run < 3; run += 1) globalThis.gc();
    heaps.push(process.memoryUsage().heapUsed);
  }
  return counts.map((count, index) => ({ viewers: count, bytes: heaps[index + 1] - heaps[0] }));
}
