import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import { fault } from '../../shared/faults/failure.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { argumentsAfter, LIBRARY_ANSWERS } from './policy.ts';
import { words } from './words.ts';

/** Asks what is to be done where a library was kept that is not there, and starts again with the answer. */
export async function askForLibrary(folder: string): Promise<void> {
  // Chromium's files would be the first thing in the place of the drive.
  app.setPath('userData', join(tmpdir(), 'paphos-question'));
  await app.whenReady();
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: words.missing,
    detail: sentenceOf(fault('LIBRARY_MISSING', { folder })),
    buttons: LIBRARY_ANSWERS.map((answer) => words.missingAnswers[answer]),
    defaultId: 0,
    cancelId: LIBRARY_ANSWERS.indexOf('quit'),
  });
  const answer = LIBRARY_ANSWERS[response] ?? 'quit';
  const chosen = answer === 'choose' ? await dialog.showOpenDialog({ properties: ['openDirectory'] }) : null;
  const args = argumentsAfter(answer, process.argv.slice(1), chosen?.filePaths[0] ?? null);
  if (args !== null) app.relaunch({ args: [...args] });
  app.exit(0);
}
