import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app, dialog } from 'electron';
import { enableAppProtocol } from './desktop/app-protocol.ts';
import type { Desktop, Enable } from './desktop/desktop.ts';
import { utilityEngine } from './desktop/utility-engine.ts';
import { enableMainWindow } from './desktop/main-window.ts';
import { askForLibrary } from './desktop/missing-library.ts';
import { enableMenu } from './desktop/menu.ts';
import { enableNavigation } from './desktop/navigation.ts';
import { enablePermissions } from './desktop/permissions.ts';
import { enableQuit } from './desktop/quit.ts';
import { claimInstance } from './desktop/single-instance.ts';
import { enableStudioPort } from './desktop/studio-port.ts';
import { engineCache } from './engines/local/host/engine-cache.ts';
import { workerEntry } from './engines/local/host/worker-entry.ts';
import { words } from './desktop/words.ts';
import { faultOf } from '../shared/faults/failure.ts';
import { sentenceOf } from '../shared/faults/sentence.ts';
import { isLibraryMissing, rememberLibrary } from './known-libraries.ts';
import { inBackground } from './log/guarded.ts';
import { assertFolderAnswers } from './studio/disk-answer.ts';
import { chooseDataDir, pagesDir, resourcesDir } from './places.ts';
import { createStudio, type Studio } from './studio/studio.ts';
import { closeToOthers, makePrivateFiles } from './private-files.ts';

const behaviours: readonly Enable[] = [
  enableAppProtocol,
  enablePermissions,
  enableNavigation,
  enableMenu,
  enableStudioPort,
  enableMainWindow,
  enableQuit,
];

const { values } = parseArgs({
  options: { data: { type: 'string' }, models: { type: 'string' }, 'new-library': { type: 'boolean' } },
  strict: false,
  allowPositionals: true,
});
const option = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const dataDir = chooseDataDir(option(values['data']));
makePrivateFiles();
try {
  await assertFolderAnswers(dataDir);
} catch (error) {
  dialog.showErrorBox(words.noStart, sentenceOf(faultOf(error)));
  process.kill(process.pid, 'SIGKILL');
}
closeToOthers(dataDir);

async function openStudio(): Promise<Studio> {
  await app.whenReady();
  try {
    // What is mapped into memory cannot lie inside the archive of a packaged application.
    const resources = app.isPackaged ? join(process.resourcesPath, 'resources') : resourcesDir;
    const opened = await createStudio({
      dataDir,
      modelsDir: option(values['models']) ?? null,
      resourcesDir: resources,
      startEngine: utilityEngine(workerEntry(), engineCache(dataDir)),
    });
    rememberLibrary(dataDir);
    return opened;
  } catch (error) {
    dialog.showErrorBox(words.noStart, sentenceOf(faultOf(error)));
    app.exit(1);
    throw error;
  }
}

let studio: Promise<Studio> | null = null;
const desktop: Desktop = {
  dataDir,
  pagesDir,
  preload: join(import.meta.dirname, 'preload.cjs'),
  studio: () => (studio ??= openStudio()),
  window: null,
};

app.enableSandbox();
app.setName('Paphos');
function start(): void {
  // Chromium's own files stay with the stories they belong to: another data folder is another Paphos.
  const chromiumFiles = join(dataDir, 'desktop');
  try {
    mkdirSync(chromiumFiles, { recursive: true });
    app.setPath('userData', chromiumFiles);
  } catch {
    // Opening the studio says in words that the data folder cannot be written.
  }
  if (claimInstance(desktop)) for (const enable of behaviours) enable(desktop);
  else app.quit();
}

if (values['new-library'] !== true && isLibraryMissing(dataDir)) inBackground(askForLibrary(dataDir));
else start();
