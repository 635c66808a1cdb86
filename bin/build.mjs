import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, rememberBuild, root, runUnderNode24, sourcesKey } from './bootstrap.mjs';

ensureInstalled();
// By version, not by path: a linked node_modules gives the same Node two paths.
if (Number(process.versions.node.split('.')[0]) >= 24) await build();
else runUnderNode24(import.meta.filename ?? join(root, 'bin', 'build.mjs'), process.argv.slice(2));

async function build() {
  const vite = await import('vite');
  const key = sourcesKey();
  const common = {
    root,
    configFile: false,
    logLevel: process.argv.includes('--quiet') ? 'warn' : 'info',
    publicDir: false,
  };
  const outDir = join(root, 'out', 'electron');

  const entries = [
    ['main', 'main.ts'],
    ['cli', 'cli.ts'],
    ['worker/main', 'engines/local/worker/main.ts'],
  ].map(([name, file]) => [name, join(root, 'electron', file)]);
  const output = { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' };
  await vite.build({
    ...common,
    // What holds native code, or is given by Electron, stays outside the bundle.
    ssr: { noExternal: true, external: ['better-sqlite3', 'node-llama-cpp', 'electron', 'ws'] },
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      rolldownOptions: { input: Object.fromEntries(entries), output },
    },
  });

  // A sandboxed preload must be one CommonJS file.
  const preload = join(root, 'electron', 'preload.ts');
  if (existsSync(preload)) {
    await vite.build({
      ...common,
      ssr: { noExternal: true, external: ['electron'] },
      build: {
        ssr: true,
        target: 'node24',
        outDir,
        emptyOutDir: false,
        minify: false,
        rolldownOptions: { input: { preload }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
      },
    });
  }

  const renderer = join(root, 'renderer', 'vite.config.ts');
  if (existsSync(renderer)) await vite.build({ configFile: renderer, logLevel: common.logLevel });
  rememberBuild(key);
}
