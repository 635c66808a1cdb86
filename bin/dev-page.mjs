// `npm run dev`: the headless studio, and its page from Vite, which replaces what changes in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadConfigFromFile } from 'electron-vite';
import { createServer } from 'vite';
import { fail, root } from './bootstrap.mjs';

const HOST = '127.0.0.1';
const port = Number(process.env.PAPHOS_DEV_PORT ?? 5173);
const page = `http://${HOST}:${port}`;

const studio = spawn(
  process.execPath,
  [join(root, 'out', 'electron', 'cli.js'), 'serve', '--json', '--no-open', ...process.argv.slice(2)],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
);
studio.on('exit', (code) => process.exit(code ?? 1));
process.on('exit', () => studio.kill());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => studio.kill('SIGTERM'));

const [line] = await once(createInterface({ input: studio.stdout }), 'line');
const address = new URL(JSON.parse(line).url);

/**
 * Requests go to the studio as its own; a socket only if it comes from this page. Vite's own socket has the address of
 * the page and a token too: only the studio's is passed on.
 */
const toStudio = { target: address.origin, changeOrigin: true };
const socketToStudio = {
  ...toStudio,
  ws: true,
  configure: (proxy) => {
    proxy.on('proxyReqWs', (onward, request) => {
      if (request.headers.origin === page) onward.setHeader('origin', address.origin);
    });
  },
};

const { config } = await loadConfigFromFile({ command: 'serve', mode: 'development' }, undefined, root);
const { root: pages, ...renderer } = config.renderer;
const server = await createServer({
  ...renderer,
  configFile: false,
  root: join(root, pages),
  cacheDir: join(root, 'out', 'vite'),
  server: {
    host: HOST,
    port,
    strictPort: true,
    proxy: { '/rpc': socketToStudio, '/session': toStudio, '/asset/': toStudio, '^/\\?token=': toStudio },
    // Vite writes a script and styles into the page and speaks with it over a socket: this address alone allows that.
    headers: {
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "font-src 'self' data:",
        `connect-src 'self' ws://${HOST}:${port}`,
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    },
  },
}).catch((error) => fail(`Paphos: ${error.message}`));
await server.listen().catch((error) => fail(`Paphos: ${error.message} (PAPHOS_DEV_PORT chooses another port)`));
console.log(
  `Paphos for its makers. Open this address (it works once, then your browser remembers):\n\n  ${page}/${address.search}\n`,
);
