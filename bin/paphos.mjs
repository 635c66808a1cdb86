#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { become, build, ensureBuilt, ensureInstalled, fail, root, runUnderNode24, say } from './bootstrap.mjs';
import { findDesktop } from './desktop.mjs';

const usage = `Paphos, a roleplay and story-writing studio that runs on your own machine.

  paphos [start]   the desktop window, or the browser where there is none
  paphos serve     the studio for a browser     [--port N] [--data DIR] [--models DIR] [--no-open] [--json]
                   [--new-library]
  paphos write     one reply on the console     --system TEXT --user TEXT [--model FILE] [--format NAME]
                   [--context N] [--seed N] [--temperature T] [--max-tokens N]
  paphos check     the integrity of a data folder   [--data DIR]
  paphos copy      the library as a folder of its own   --to FOLDER [--data DIR]
  paphos jobs      long work: how far it is, what came of it   [--data DIR] [--json]
  paphos verify    one page about a model file, tried on this machine   [MODEL] [--json] [--context N] [--format NAME]
  paphos build     builds it, whether or not a source changed
  paphos bench     measures the studio; its last line is JSON   NAME
`;

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
  if (first === '--help' || first === '-h') return ['help'];
  if (first.startsWith('-')) return ['start', first, ...rest];
  if (['start', 'serve', 'write', 'check', 'verify', 'jobs', 'bench', 'build', 'help'].includes(first))
    return [first, ...rest];
  process.stderr.write(usage);
  return fail(`\nPaphos has no command "${first}".`);
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
