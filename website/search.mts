import type { DefaultTheme } from 'vitepress';

/** Search in the browser, without a server. */
export const search: NonNullable<DefaultTheme.Config['search']> = {
  provider: 'local',
  options: {
    miniSearch: {
      searchOptions: {
        combineWith: 'AND', // ERR_EXPIRED is two words: both must be there
        // Whoever searches wants to know what to do. The API and the pages for contributors come after that.
        // This function is sent to the browser as text, so it must not use anything outside of it.
        boostDocument: (address: string) => (/\/(?:api|project)\//.test(address) ? 0.1 : 1),
      },
    },
  },
};
