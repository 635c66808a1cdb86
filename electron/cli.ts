import { parseArgs } from 'node:util';
import { runBackup, runRestore } from './cli/backup.ts';
import { runCheck } from './cli/check.ts';
import { runCopy } from './cli/copy.ts';
import { runExport } from './cli/export.ts';
import { runJobs } from './cli/jobs.ts';
import { runServe } from './cli/serve.ts';
import { runWrite } from './cli/write.ts';
import { usage, UsageError } from './cli/usage.ts';
import { runVerify } from './cli/verify.ts';
import { faultOf } from '../shared/faults/failure.ts';
import { sentenceOf } from '../shared/faults/sentence.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

async function run([command = 'serve', ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'serve':
      return runServe(
        parseArgs({
          args,
          options: { port: text, data: text, models: text, 'no-open': flag, 'new-library': flag, json: flag },
        }).values,
      );
    case 'write':
      return runWrite(
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
      );
    case 'check':
      return runCheck(parseArgs({ args, options: { data: text } }).values);
    case 'export': {
      const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: { as: text, out: text, author: text, data: text, notes: flag, 'without-you': flag },
      });
      if (positionals.length > 1) throw usage('USAGE_MANY_STORIES', {});
      return runExport(positionals[0], values);
    }
    case 'backup':
      return runBackup(parseArgs({ args, options: { data: text } }).values);
    case 'copy':
      return runCopy(parseArgs({ args, options: { data: text, to: text } }).values);
    case 'restore': {
      const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { data: text } });
      return runRestore(positionals.length > 1 ? positionals.join(' ') : positionals[0], values);
    }
    case 'jobs':
      return runJobs(parseArgs({ args, options: { data: text, json: flag } }).values);
    case 'verify': {
      const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: { json: flag, context: text, format: text },
      });
      if (positionals.length > 1) throw usage('USAGE_MANY_MODELS', {});
      return runVerify(positionals[0], values);
    }
    default:
      throw usage('USAGE_COMMAND', { command });
  }
}

const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const fault = faultOf(error);
  process.stderr.write(
    `Paphos: ${isUsage(error) ? error.message : sentenceOf(fault)}\n${!isUsage(error) && fault.code === 'INTERNAL' ? `${fault.detail ?? ''}\n` : ''}`,
  );
  process.exitCode = isUsage(error) ? 2 : 1;
}
