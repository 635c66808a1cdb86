import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/**
 * What holds native code, is given by Electron, or has a `require` of its own, which the bundle's would meet, stays
 * outside the bundle.
 */
const external = ['better-sqlite3', 'node-llama-cpp', 'electron', 'ws', 'fflate'];

export default defineConfig({
  main: {
    publicDir: false,
    ssr: { noExternal: true, external },
    build: {
      externalizeDeps: false,
      target: 'node24',
      outDir: 'out/electron',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        external,
        input: {
          main: 'electron/main.ts',
          cli: 'electron/cli.ts',
          'worker/main': 'electron/engines/local/worker/main.ts',
          'worker/export': 'electron/studio/export/export-worker.ts',
          'worker/card': 'electron/studio/characters/card-worker.ts',
          'worker/folder': 'electron/studio/models/folder-worker.ts',
          'worker/backup': 'electron/studio/backups/backup-worker.ts',
          'worker/probe': 'electron/studio/disk-probe-worker.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  // A sandboxed preload must be one CommonJS file.
  preload: {
    publicDir: false,
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      externalizeDeps: false,
      target: 'node24',
      outDir: 'out/electron',
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        external: ['electron'],
        input: { preload: 'electron/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    base: './',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      target: 'es2024',
      minify: true,
      // Monaco alone is larger than the default warning allows.
      chunkSizeWarningLimit: 6000,
      // The page's content security policy forbids data: fonts and scripts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: join(import.meta.dirname, 'renderer', 'index.html'),
        // What keeps zod from making code of strings runs before any chunk makes a schema.
        output: {
          codeSplitting: { groups: [{ name: 'schemas', test: /node_modules\/zod\/|renderer\/lib\/schemas\.ts/ }] },
        },
      },
    },
  },
});
