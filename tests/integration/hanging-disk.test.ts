import { expect, test } from 'vitest';
import { hasHangingDisks, onHangingDisk } from '../helpers/hanging-disk.ts';

const SERVER = JSON.stringify(new URL('../helpers/server.ts', import.meta.url).href);

/** Runs `calls` of a studio beside a disk that does not answer: what each came to, and how the studio ended. */
function withStudio(options: string, calls: Readonly<Record<string, string>>): Record<string, unknown> {
  const printed = onHangingDisk(`
    import { setTimeout as delay } from 'node:timers/promises';
    import { join } from 'node:path';
    import { connect, engineReaches, serve, temporaryFolder } from ${SERVER};
    const server = await serve({ data: temporaryFolder('silent'), ...${options} });
    const { client } = await connect(server);
    const late = async () => { await delay(20_000); throw Object.assign(new Error(), { code: 'LATE' }); };
    const within = (work) => Promise.race([work, late()]).catch((error) => error.code ?? String(error));
    const came = {};
    for (const [name, call] of Object.entries({ ${Object.entries(calls)
      .map(([name, call]) => `${JSON.stringify(name)}: async () => ${call}`)
      .join(', ')} })) {
      const answer = within(call());
      // Everything else goes on meanwhile.
      await delay(200);
      came.beats = came.beats !== 'LATE' && (await within(client.connection.beat())) === undefined ? true : 'LATE';
      came[name] = await answer;
    }
    const ended = within(server.stop().then(() => 'ended'));
    came.ended = await ended;
    server.process.kill('SIGKILL');
    console.log(JSON.stringify(came));
    process.exit(0);
  `);
  try {
    return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  } catch {
    throw new Error(printed);
  }
}

test.skipIf(!hasHangingDisks)(
  'a second place for backups that does not answer is refused, and keeps neither the list nor the end of the studio',
  () => {
    const came = withStudio('{}', {
      set: "client.backups.set({ limitBytes: 5e9, secondPlace: join(disk, 'stick') })",
      listed: '(await client.backups.list()).backups.length',
    });
    expect(came).toEqual({ beats: true, set: 'SECOND_PLACE_AWAY', listed: 0, ended: 'ended' });
  },
  120_000,
);

test.skipIf(!hasHangingDisks)(
  'a folder of models that does not answer keeps nobody waiting: what is known is listed, and the demo model loads',
  () => {
    const names = '(await client.models.list()).map(({ name }) => name)';
    const came = withStudio('{ models: disk }', {
      listed: names,
      looked: 'client.models.look()',
      unread: '(await client.models.unread()).map(({ code }) => code)',
      added: "client.models.add({ path: join(disk, 'tale.gguf') })",
      again: names,
      loaded: 'client.models.load({ id: (await client.models.list())[0].id, contextSize: null })',
    });
    expect(came).toEqual({
      beats: true,
      listed: ['Pocket storyteller'],
      unread: ['FOLDER_SILENT'],
      added: 'FOLDER_SILENT',
      again: ['Pocket storyteller'],
      ended: 'ended',
    });
  },
  120_000,
);
