/** What `paphos` can do: what each command is for, and what it takes. */
export const COMMANDS = {
  start: { does: 'the desktop window, or the browser where there is none', takes: [] },
  serve: {
    does: 'the studio for a browser',
    takes: ['[--port N]', '[--data DIR]', '[--models DIR]', '[--no-open]', '[--json]', '[--new-library]'],
  },
  write: {
    does: 'one reply on the console',
    takes: [
      ...['--system TEXT', '--user TEXT', '[--model FILE]', '[--format NAME]', '[--context N]', '[--seed N]'],
      ...['[--temperature T]', '[--max-tokens N]'],
    ],
  },
  check: { does: 'whether everything in a data folder is whole', takes: ['[--data DIR]'] },
  repair: {
    does: 'gives what is damaged its newest good text, from its history and the backups',
    takes: ['[--dry-run]', '[--data DIR]'],
  },
  export: {
    does: 'a story as a file',
    takes: [
      ...['STORY', '--as markdown|text|html|epub|docx', '[--out FILE]', '[--author NAME]', '[--notes]'],
      ...['[--without-you]', '[--data DIR]'],
    ],
  },
  characters: {
    does: 'characters in the library, from cards (PNG, JSON, CHARX) and as such',
    takes: ['list | import FILE… | export CHARACTER', '[--persona]', '[--original]', '[--out FILE]', '[--data DIR]'],
  },
  backup: { does: 'makes a backup of the library and checks it', takes: ['[--data DIR]'] },
  restore: {
    does: 'puts a backup in place of the library, which is kept; without a name it lists the backups',
    takes: ['[NAME]', '[--data DIR]'],
  },
  copy: { does: 'copies the library into a data folder of its own', takes: ['--to FOLDER', '[--data DIR]'] },
  jobs: { does: 'long work: how far it is, what came of it', takes: ['[--data DIR]', '[--json]'] },
  verify: {
    does: 'one page about a model file, tried on this machine',
    takes: ['[MODEL]', '[--json]', '[--context N]', '[--format NAME]'],
  },
  'build-engine': {
    does: 'builds the engine’s library for this processor, where git, cmake and a compiler are',
    takes: ['[--remove]'],
  },
  build: { does: 'builds the studio, whether or not a source changed', takes: [] },
  bench: { does: 'measures the studio; the last line is JSON', takes: ['NAME'] },
};

const LONGEST = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
const INDENT = ' '.repeat('  paphos '.length + LONGEST + 1);
const WIDTH = 100;

/** What a command takes, in lines of that width. */
function taken(takes) {
  const lines = [];
  for (const one of takes) {
    const longer = `${lines.at(-1) ?? ''} ${one}`;
    if (lines.length === 0 || INDENT.length + longer.length > WIDTH) lines.push(one);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => `${INDENT}${line}\n`).join('');
}

export const usage = `Paphos, a roleplay and story-writing studio that runs on your own machine.

${Object.entries(COMMANDS)
  .map(([name, { does, takes }]) => `  paphos ${name.padEnd(LONGEST)} ${does}\n${taken(takes)}`)
  .join('')}`;
