/** This package, loaded a second time, as an application gets it that has two versions or both builds of it. */
export function isolatedCopy(): typeof import('axios-viewer-context') {
  let copy: unknown;
  jest.isolateModules(() => {
    copy = jest.requireActual('axios-viewer-context');
  });
  return copy as typeof import('axios-viewer-context');
}
