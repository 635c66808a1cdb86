import { COMMANDS } from './cli/commands.ts';
import { areThreadsGone } from './log/ending-threads.ts';
import { guarded } from './log/guarded.ts';
import { usage, UsageError } from './cli/usage.ts';
import { faultOf } from '../shared/faults/failure.ts';
import { sentenceOf } from '../shared/faults/sentence.ts';

async function run([command = 'serve', ...args]: readonly string[]): Promise<number> {
  const does = COMMANDS.get(command);
  if (does === undefined) throw usage('USAGE_COMMAND', { command, known: [...COMMANDS.keys()] });
  return does(args);
}

const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

// Whoever reads what a command says may leave before it has said all, as `head` does; the work is done all the same.
for (const stream of [process.stdout, process.stderr])
  stream.on(
    'error',
    guarded((error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      process.stderr.write(`Paphos: ${error.message}\n`);
      process.exit(1);
    }),
  );

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const fault = faultOf(error);
  process.stderr.write(
    `Paphos: ${isUsage(error) ? error.message : sentenceOf(fault)}\n${!isUsage(error) && fault.code === 'INTERNAL' ? `${fault.detail ?? ''}\n` : ''}`,
  );
  process.exitCode = isUsage(error) ? 2 : 1;
}
if (!(await areThreadsGone())) process.kill(process.pid, 'SIGKILL');
