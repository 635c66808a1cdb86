#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { become, build, ensureBuilt, ensureInstalled, fail, root, runUnderNode24, say } from './bootstrap.mjs';
import { COMMANDS, usage } from './commands.mjs';
import { findDesktop } from './desktop.mjs';

const [command, ...args] = commandLine(process.argv.slice(2));
if (command === 'help') process.stdout.write(usage);
else {
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(`Paphos needs Node 20 or newer to start; this is ${process.versions.node}.`);
  ensureInstalled();
  if (command === 'build') {
    build();
    process.exit(0);
  }
  ensureBuilt();
  const cli = join(root, 'out', 'electron', 'cli.js');
  if (command === 'start') start(cli);
  else if (command === 'bench') bench();
  else runUnderNode24(cli, [command, ...args]);
}

/** `npm start -- --no-open` and `npx paphos --port 1` mean `start` with options. */
function commandLine([first = 'start', ...rest]) {
  const line = [first, ...rest];
  if (line.slice(0, 2).some((one) => ['help', '--help', '-h'].includes(one))) return ['help'];
  if (first.startsWith('-')) return ['start', ...line];
  if (Object.hasOwn(COMMANDS, first)) return line;
  process.stderr.write(usage);
  return fail(`\nThere is no command “${first}”.`);
}

function start(cli) {
  // Who asks for a port, JSON or no browser asks for the server.
  if (args.some((arg) => ['--no-open', '--json', '--port'].includes(arg.split('=')[0])))
    return runUnderNode24(cli, ['serve', ...args]);
  const { binary, reason } = findDesktop();
  if (binary) return become(binary, [root, ...args], { stdio: 'inherit' });
  say(`Paphos: no desktop window, because ${reason}. The same studio opens in the browser instead.`);
  return runUnderNode24(cli, ['serve', ...args]);
}

function bench() {
  const [name, ...rest] = args;
  const script = join(root, 'tests', 'bench', `${name}.ts`);
  if (!name || !/^[\w-]+$/.test(name) || !existsSync(script))
    fail(`Paphos has no bench "${name ?? ''}". Try: npm run bench -- first`);
  runUnderNode24(script, rest);
}
