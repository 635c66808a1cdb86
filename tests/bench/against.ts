import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median, type Result } from './report.ts';

/**
 * `npm run bench -- against DIR NAME [--rounds N] [--only FIGURES] [--model FILE]`: another checkout of Paphos
 * (`git worktree add DIR COMMIT`) and this one run the bench NAME by turns. A figure holds where the median of its
 * ratios, new to old, is at most 1.05, or lies inside the spread of old to old. Above 1 is worse, whichever way a
 * figure counts.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' }, only: { type: 'string' }, model: { type: 'string' } },
});
const [folder, name] = positionals;
if (folder === undefined || name === undefined)
  throw new Error('Say which checkout and which bench: npm run bench -- against DIR NAME');

const ALLOWED = 1.05;
const NEW = resolve(import.meta.dirname, '..', '..');
const OLD = resolve(folder);
const rounds = Number(values.rounds);

type Figures = ReadonlyMap<string, Result>;

function run(checkout: string, bench: string): Figures {
  const passed = [...(values.only ? ['--only', values.only] : []), ...(values.model ? ['--model', values.model] : [])];
  const args = [join(checkout, 'bin', 'paphos.mjs'), 'bench', bench, ...passed];
  const { stdout, status } = spawnSync(process.execPath, args, {
    cwd: checkout,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`The bench ended with ${String(status)} in ${checkout}:\n${stdout}`);
  const { results } = JSON.parse(last) as { results: readonly Result[] };
  return new Map(results.map((result) => [result.name, result]));
}

const sides: { readonly old: Figures; readonly now: Figures }[] = [];
for (let round = 0; round < rounds; round++) {
  const first = round % 2 === 0 ? OLD : NEW;
  const one = run(first, name);
  const other = run(first === OLD ? NEW : OLD, name);
  sides.push(first === OLD ? { old: one, now: other } : { old: other, now: one });
  console.error(`round ${round + 1} of ${rounds}`);
}

/** How many times worse `a` is than `b`. */
function worse(a: Result | undefined, b: Result | undefined): number {
  if (a === undefined || b === undefined) return Number.NaN;
  return a.goal?.startsWith('>=') === true ? b.value / a.value : a.value / b.value;
}

const compared = [...(sides[0]?.old.keys() ?? [])].map((figure) => {
  const ratios = sides.map(({ old, now }) => worse(now.get(figure), old.get(figure)));
  const same = sides.slice(1).map(({ old }, index) => worse(old.get(figure), sides[index]?.old.get(figure)));
  const [least, most] = [Math.min(...same), Math.max(...same)];
  const ratio = median(ratios);
  return {
    figure,
    old: median(sides.map(({ old }) => old.get(figure)?.value ?? Number.NaN)),
    now: median(sides.map(({ now }) => now.get(figure)?.value ?? Number.NaN)),
    ratio,
    least,
    most,
    ok: ratio <= ALLOWED || (ratio >= least && ratio <= most),
  };
});
const width = Math.max(...compared.map(({ figure }) => figure.length));
console.log(`${'figure'.padEnd(width)}       old       new  new/old   old/old`);
for (const { figure, old, now, ratio, least, most, ok } of compared)
  console.log(
    `${figure.padEnd(width)} ${old.toPrecision(4).padStart(9)} ${now.toPrecision(4).padStart(9)} ${ratio.toFixed(3).padStart(8)}   ${least.toFixed(2)}–${most.toFixed(2)}  ${ok ? 'ok' : 'WORSE'}`,
  );
console.log(JSON.stringify({ bench: 'against', of: name, rounds, results: compared }));
process.exit(compared.every(({ ok }) => ok) ? 0 : 1);
