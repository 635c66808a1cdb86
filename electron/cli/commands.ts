import { parseArgs } from 'node:util';
import { runBackup, runRestore } from './backup.ts';
import { runBuildEngine } from './build-engine.ts';
import { runCharacters } from './characters.ts';
import { runCheck } from './check.ts';
import { runCopy } from './copy.ts';
import { runExport } from './export.ts';
import { runJobs } from './jobs.ts';
import { runRepair } from './repair.ts';
import { runServe } from './serve.ts';
import { usage } from './usage.ts';
import { runVerify } from './verify.ts';
import { runWrite } from './write.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

type Command = (args: string[]) => number | Promise<number>;

/** What can be asked for on the command line. Each is given what follows its name and answers with an exit code. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries<Command>({
    serve: (args) =>
      runServe(
        parseArgs({
          args,
          options: { port: text, data: text, models: text, 'no-open': flag, 'new-library': flag, json: flag },
        }).values,
      ),
    write: (args) =>
      runWrite(
        parseArgs({
          args,
          options: {
            system: text,
            user: text,
            model: text,
            format: text,
            context: text,
            seed: text,
            temperature: text,
            'max-tokens': text,
          },
        }).values,
      ),
    check: (args) => runCheck(parseArgs({ args, options: { data: text } }).values),
    export(args) {
      const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: { as: text, out: text, author: text, data: text, notes: flag, 'without-you': flag },
      });
      if (positionals.length > 1) throw usage('USAGE_MANY_STORIES', {});
      return runExport(positionals[0], values);
    },
    characters(args) {
      const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: { original: flag, out: text, persona: flag, data: text },
      });
      return runCharacters(positionals, values);
    },
    backup: (args) => runBackup(parseArgs({ args, options: { data: text } }).values),
    restore(args) {
      const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { data: text } });
      return runRestore(positionals.length > 1 ? positionals.join(' ') : positionals[0], values);
    },
    repair: (args) => runRepair(parseArgs({ args, options: { data: text, 'dry-run': flag } }).values),
    copy: (args) => runCopy(parseArgs({ args, options: { data: text, to: text } }).values),
    'build-engine': (args) => runBuildEngine(parseArgs({ args, options: { remove: flag } }).values),
    jobs: (args) => runJobs(parseArgs({ args, options: { data: text, json: flag } }).values),
    verify(args) {
      const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: { json: flag, context: text, format: text },
      });
      if (positionals.length > 1) throw usage('USAGE_MANY_MODELS', {});
      return runVerify(positionals[0], values);
    },
  }),
);
