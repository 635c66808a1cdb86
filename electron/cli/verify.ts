import { resourcesDir } from '../places.ts';
import { readDemoModel } from '../studio/models/model-files.ts';
import { chooseFormat, chooseModel } from './choose.ts';
import { numberOption } from './usage.ts';
import { verifyModel } from './verify-model.ts';
import { pageOf } from './verify-page.ts';

interface VerifyArguments {
  readonly json?: boolean | undefined;
  readonly context?: string | undefined;
  readonly format?: string | undefined;
}

/** One page about a model file, tried on this machine: 0 if all is as it should be, 1 if something is wrong. */
export async function runVerify(model: string | undefined, given: VerifyArguments): Promise<number> {
  const contextSize = numberOption('context', given.context, 256, 1_048_576);
  const format = given.format === undefined ? null : chooseFormat(given.format);
  const demo = readDemoModel(resourcesDir);
  const found = await verifyModel({
    path: chooseModel(model, demo),
    demo,
    contextSize,
    format,
    says: (step) => {
      process.stderr.write(`${step} …\n`);
    },
  });
  process.stdout.write(given.json === true ? `${JSON.stringify(found, null, 2)}\n` : pageOf(found));
  return found.faults.length === 0 ? 0 : 1;
}
