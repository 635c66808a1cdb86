import { expect, test } from 'vitest';
import { hasHangingDisks, onHangingDisk } from '../helpers/hanging-disk.ts';

const SERVER = JSON.stringify(new URL('../helpers/server.ts', import.meta.url).href);

function lastLine(printed: string): unknown {
  try {
    return JSON.parse(printed.trim().split('\n').at(-1) ?? '');
  } catch {
    throw new Error(printed);
  }
}

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
  return lastLine(printed) as Record<string, unknown>;
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

test.skipIf(!hasHangingDisks)(
  'the drive of a model ceases to answer while the model rests: a reply is refused with why, and all else goes on',
  () => {
    const printed = onHangingDisk(`
      import { copyFileSync } from 'node:fs';
      import { join } from 'node:path';
      import { setTimeout as delay } from 'node:timers/promises';
      import { childrenOf, connect, EMBEDDED_MODEL, engineReaches, serve, temporaryFolder } from ${SERVER};
      const models = temporaryFolder('drive');
      copyFileSync(EMBEDDED_MODEL, join(models, 'tale.gguf'));
      const server = await serve({ data: temporaryFolder('silent'), models });
      const { client } = await connect(server);
      await engineReaches(client, ['ready']);
      await client.models.look();
      const model = (await client.models.list()).find(({ demo }) => !demo);
      await client.models.load({ id: model.id, contextSize: null });
      const [{ id: storyId }] = await client.stories.list();
      const [{ id: chapterId }] = await client.chapters.list({ storyId });
      const { structureRev, turns } = await client.chapters.open({ id: chapterId });
      const [{ id: turnId, version }] = turns;
      await client.writing.applyChange({
        changeId: crypto.randomUUID(), chapterId, structureRev, ops: [{ op: 'setText', turnId, version, at: 0, del: 0, ins: 'Go on. ' }],
      });
      silence(models);
      for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
      await engineReaches(client, ['stopped']);
      const [generationId, newTurnId] = [crypto.randomUUID(), crypto.randomUUID()];
      await client.writing.generate({ generationId, newTurnId, chapterId, kind: 'reply', turnId, offset: null });
      const came = {};
      const code = (work) => Promise.race([work.then(() => 'done'), delay(10_000, 'LATE')]).catch((error) => error.code);
      const beating = delay(1000).then(() => code(client.connection.beat()));
      for await (const event of await client.writing.follow({ generationId, afterSeq: 0 }))
        if (event.type === 'done') came.reply = event.fault.code;
      came.beat = await beating;
      came.ended = await code(server.stop());
      server.process.kill('SIGKILL');
      console.log(JSON.stringify(came));
      process.exit(0);
    `);
    expect(lastLine(printed)).toEqual({ reply: 'FOLDER_SILENT', beat: 'done', ended: 'done' });
  },
  120_000,
);

test.skipIf(!hasHangingDisks)(
  'the drive of the library ceases to answer and answers again: every page hears both, all else goes on, and nothing is lost',
  () => {
    const printed = onHangingDisk(`
      import { readFileSync } from 'node:fs';
      import { join } from 'node:path';
      import { setTimeout as delay } from 'node:timers/promises';
      import { childrenOf, connect, engineReaches, serve, temporaryFolder } from ${SERVER};
      const data = temporaryFolder('drive');
      const server = await serve({ data });
      const { client } = await connect(server);
      const code = (work) => Promise.race([work.then(() => 'done'), delay(10_000, 'LATE')]).catch((error) => error.code);
      const until = async (wanted) => {
        const signal = AbortSignal.timeout(20_000);
        for await (const { fault } of await client.connection.store(undefined, { signal }))
          if ((fault?.code ?? null) === wanted) return;
      };
      const [{ id: storyId }] = await client.stories.list();
      const [{ id: chapterId }] = await client.chapters.list({ storyId });
      const { structureRev, turns } = await client.chapters.open({ id: chapterId });
      const [{ id: turnId, version }] = turns;
      const change = (ins, v) => code(client.writing.applyChange({
        changeId: crypto.randomUUID(), chapterId, structureRev, ops: [{ op: 'setText', turnId, version: v, at: 0, del: 0, ins }],
      }));
      const came = {};
      await engineReaches(client, ['ready']);
      came.before = await change('one ' + 'upon a time '.repeat(20), version);
      // A moment later the chapter is read ahead, and what is found of the model's file is stored.
      let answer = silence(data);
      await until('STORE_SILENT');
      came.typed = await change('two ', version + 1);
      came.read = await code(client.chapters.open({ id: chapterId }));
      came.backups = await code(client.backups.list());
      came.copied = await code(client.backups.copy({ into: null, page: '' }));
      came.beat = await code(client.connection.beat());
      answer();
      await until(null);
      came.again = await change('two ', version + 1);
      came.text = (await client.chapters.open({ id: chapterId })).turns[0].text.slice(0, 8);
      // What was read is saved when another chapter is opened; and the engine ends before anybody knows of the silence.
      const other = crypto.randomUUID();
      for await (const { readAhead } of await client.models.status()) if (readAhead > 0) break;
      await client.chapters.create({ storyId, id: other, title: 'Second', turnId: crypto.randomUUID() });
      await client.chapters.open({ id: other });
      answer = silence(data);
      for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
      await engineReaches(client, ['stopped']);
      came.beatWithoutEngine = await code(client.connection.beat());
      await until('STORE_SILENT');
      answer();
      await until(null);
      came.log = readFileSync(join(data, 'logs/paphos.log'), 'utf8').match(/(store|engine)[.](silent|answers|stopped)/g);
      silence(data);
      await until('STORE_SILENT');
      came.ended = await code(server.stop());
      server.process.kill('SIGKILL');
      console.log(JSON.stringify(came));
      process.exit(0);
    `);
    expect(lastLine(printed)).toEqual({
      before: 'done',
      typed: 'STORE_SILENT',
      read: 'STORE_SILENT',
      backups: 'STORE_SILENT',
      copied: 'STORE_SILENT',
      beat: 'done',
      again: 'done',
      text: 'two one ',
      beatWithoutEngine: 'done',
      log: ['store.silent', 'store.answers', 'engine.stopped', 'store.silent', 'store.answers'],
      ended: 'done',
    });
  },
  120_000,
);

test.skipIf(!hasHangingDisks)(
  'a data folder on a drive that does not answer is refused before anything opens it',
  () => {
    const printed = onHangingDisk(`
    import { join } from 'node:path';
    import { assertFolderAnswers } from ${JSON.stringify(new URL('../../electron/studio/disk-answer.ts', import.meta.url).href)};
    import { areThreadsGone } from ${JSON.stringify(new URL('../../electron/log/ending-threads.ts', import.meta.url).href)};
    const code = (work) => work.then(() => 'done', (error) => error.fault.code);
    const codes = [await code(assertFolderAnswers(join(disk, 'data'), 300)), await code(assertFolderAnswers('/no/such', 300))];
    console.log(JSON.stringify([...codes, await areThreadsGone(100)]));
    process.kill(process.pid, 'SIGKILL');
  `);
    expect(lastLine(printed)).toEqual(['DISK_SILENT', 'done', false]);
  },
);

test.skipIf(!hasHangingDisks)(
  'a disk is asked before anybody waits for it: one that does not answer costs a second, once, and no more while it is silent',
  () => {
    const printed = onHangingDisk(`
      import { join } from 'node:path';
      import { setTimeout as delay } from 'node:timers/promises';
      import { probeDisk } from ${JSON.stringify(new URL('../../electron/studio/disk-probe.ts', import.meta.url).href)};
      import { areThreadsGone } from ${JSON.stringify(new URL('../../electron/log/ending-threads.ts', import.meta.url).href)};
      setInterval(() => undefined, 1000);
      const [well, silent] = [probeDisk('/no/such'), probeDisk(join(disk, 'store.db'))];
      const timed = (probe) => {
        const began = performance.now();
        return [probe.answers(), Math.round((performance.now() - began) / 1000)];
      };
      // A thread that is just beginning has not asked yet.
      let asked;
      do {
        await delay(20);
        asked = timed(silent);
      } while (asked[0]);
      const came = [timed(well), asked, timed(silent), timed(well)];
      well.close();
      console.log(JSON.stringify([...came, await areThreadsGone(100)]));
      process.kill(process.pid, 'SIGKILL');
    `);
    expect(lastLine(printed)).toEqual([[true, 0], [false, 1], [false, 0], [true, 0], false]);
  },
);
