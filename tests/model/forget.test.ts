import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { createReadAhead } from '../../electron/studio/writing/read-ahead.ts';
import { createSettings } from '../../electron/studio/settings/settings.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { openStoryEngine } from '../helpers/story-engine.ts';

const story = await openStoryEngine('The keeper counts the ships. '.repeat(10), 'One too many. '.repeat(10));
afterAll(() => story.close());

test('a chapter that is removed while its state is written leaves nothing on disk', async () => {
  const { db, dataDir, engine, chapterId } = story;
  const states = (): string[] => readdirSync(join(dataDir, 'state'));
  const ahead = createReadAhead({
    db,
    engine,
    settings: createSettings({ db, engine }, () => DEFAULT_SAMPLING),
    dataDir,
    keepsStates: () => true,
  });
  ahead.touched(chapterId);
  for await (const { readAhead } of engine.watch()) if (readAhead > 0) break;
  await ahead.save();
  expect(states()).toHaveLength(1);

  // What a reply leaves behind is worth saving again.
  engine.writes(true);
  await setImmediate();
  engine.writes(false);
  const saving = ahead.save();
  await ahead.forget(chapterId);
  await saving;
  await expect.poll(states).toEqual([]);
  ahead.close();
});
