import type { ViewerContextFormat } from 'axios-viewer-context';

/** The format under test: the tests of the rules run once with pairs, and once with tokens (jest.config.ts). */
export const FORMAT = Reflect.get(globalThis, 'VIEWER_CONTEXT_FORMAT') as ViewerContextFormat;
