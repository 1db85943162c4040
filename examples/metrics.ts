/** Counts signed, unsigned and refused requests, with prom-client and with OpenTelemetry's API. */
import { metrics } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import axios from 'axios';
import { attachViewerContext } from 'axios-viewer-context';
import { Counter, register } from 'prom-client';
import { countRequests } from './count-requests.js';
import { startEchoServer } from './echo-server.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';

// An application sets up OpenTelemetry once, elsewhere. Here it keeps what it would export.
const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));

const help = 'Requests by what became of their viewer';
const labelNames = ['outcome', 'code'] as const;
const inPrometheus = new Counter({ name: 'viewer_context_requests_total', help, labelNames });
const inOpenTelemetry = metrics
  .getMeter('viewer-context')
  .createCounter('viewer_context.requests', { description: help });

async function main(): Promise<void> {
  const server = await startEchoServer(secret);
  const client = axios.create({ baseURL: server.url, proxy: false });
  attachViewerContext(client, { secret });
  countRequests(client, (outcome, code) => {
    inPrometheus.inc({ outcome, code });
    inOpenTelemetry.add(1, { outcome, code });
  });

  await client.get('/', { viewerContext: { organizationId: 42 } });
  await client.get('/', { viewerContext: { userId: 7 }, params: { page: 2 } });
  await client.get('/', { viewerContext: null });
  await client.get('/', { viewerContext: { userId: 0 } }).catch(() => undefined);
  await client.get('http://elsewhere.test/', { viewerContext: { userId: 7 } }).catch(() => undefined);

  console.log((await register.metrics()).trim());
  await reader.forceFlush();
  for (const { dataPoints } of exporter.getMetrics()[0]?.scopeMetrics[0]?.metrics ?? []) {
    for (const { attributes, value } of dataPoints) console.log('OpenTelemetry', attributes, value);
  }
  await reader.shutdown();
  await server.close();
}

void main();
