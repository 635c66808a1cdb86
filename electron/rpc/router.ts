import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/index.ts';
import type { Services } from '../studio/services.ts';
import type { Client } from '../studio/connections.ts';
import { failure } from '../../shared/faults/failure.ts';
import type { Session } from './browser-session.ts';

/** Who calls, by one connection. */
export interface Caller {
  readonly client: Client;
}

const door = implement(contract).$context<Caller>();

/** The contract, answered by the studio's services. `session`: of the browsers that are let in; null in the desktop. */
export function createRouter(
  {
    stories,
    chapters,
    characters,
    exporting,
    backups,
    repairs,
    writing,
    notes,
    cast,
    models,
    settings,
    jobs,
    log,
    store,
  }: Services,
  session: Pick<Session, 'signOutOthers'> | null = null,
) {
  return door.router({
    connection: {
      beat: door.connection.beat.handler(() => undefined),
      store: door.connection.store.handler(({ signal }) => store.watch(signal)),
      signOutOthers: door.connection.signOutOthers.handler(() => {
        if (session === null) throw failure('BAD_REQUEST', {});
        return session.signOutOthers();
      }),
    },
    stories: {
      list: door.stories.list.handler(() => stories.list()),
      create: door.stories.create.handler(({ input }) => stories.create(input)),
      rename: door.stories.rename.handler(({ input }) => stories.rename(input.id, input.title)),
      remove: door.stories.remove.handler(({ input }) => stories.remove(input.id)),
      restore: door.stories.restore.handler(({ input }) => stories.restore(input.id)),
      removed: door.stories.removed.handler(() => stories.removed()),
      removedCount: door.stories.removedCount.handler(() => stories.removedCount()),
    },
    chapters: {
      list: door.chapters.list.handler(({ input }) => chapters.list(input.storyId)),
      create: door.chapters.create.handler(({ input }) => chapters.create(input)),
      rename: door.chapters.rename.handler(({ input }) => chapters.rename(input.id, input.title)),
      remove: door.chapters.remove.handler(({ input }) => chapters.remove(input.id)),
      restore: door.chapters.restore.handler(({ input }) => chapters.restore(input.id)),
      open: door.chapters.open.handler(({ input }) => chapters.open(input.id, input.texts)),
      watch: door.chapters.watch.handler(({ input, signal }) => chapters.watch(input.id, signal)),
    },
    characters: {
      list: door.characters.list.handler(({ input }) => characters.list(input)),
      tags: door.characters.tags.handler(({ input }) => characters.tags(input.kind)),
      open: door.characters.open.handler(({ input }) => characters.open(input.id)),
      create: door.characters.create.handler(({ input }) => characters.create(input)),
      edit: door.characters.edit.handler(({ input }) => characters.edit(input.id, input.changes)),
      favour: door.characters.favour.handler(({ input }) => characters.favour(input.id, input.favourite)),
      duplicate: door.characters.duplicate.handler(({ input }) => characters.duplicate(input.id, input.copyId)),
      remove: door.characters.remove.handler(({ input }) => characters.remove(input.id)),
      restore: door.characters.restore.handler(({ input }) => characters.restore(input.id)),
      upload: door.characters.upload.handler(({ input }) => characters.upload(input)),
      import: door.characters.import.handler(({ input }) => characters.importUpload(input)),
      setAvatar: door.characters.setAvatar.handler(({ input }) => characters.setAvatar(input.id, input.picture)),
      revertAvatar: door.characters.revertAvatar.handler(({ input }) =>
        characters.revertAvatar(input.id, input.avatar),
      ),
      setThumbnail: door.characters.setThumbnail.handler(({ input }) => characters.setThumbnail(input)),
      count: door.characters.count.handler(({ input }) => characters.count(input.texts)),
      export: door.characters.export.handler(({ input }) => characters.export(input.id, input.as)),
    },
    exporting: { write: door.exporting.write.handler(({ input, signal }) => exporting.write(input, signal)) },
    backups: {
      list: door.backups.list.handler(() => backups.list()),
      make: door.backups.make.handler(() => backups.make()),
      check: door.backups.check.handler(() => backups.check()),
      set: door.backups.set.handler(({ input }) => backups.set(input)),
      look: door.backups.look.handler(({ input }) => backups.look(input.name)),
      read: door.backups.read.handler(({ input }) => backups.read(input.name, input.storyId)),
      take: door.backups.take.handler(({ input }) => backups.take(input.name, input.storyId)),
      restore: door.backups.restore.handler(({ input }) => backups.restore(input.name)),
      copy: door.backups.copy.handler(({ input }) => backups.copy(input)),
      restoring: door.backups.restoring.handler(({ signal }) => backups.restoring(signal)),
      restored: door.backups.restored.handler(({ signal }) => backups.restored(signal)),
    },
    repair: {
      look: door.repair.look.handler(({ input }) => repairs.look(input.turnId)),
      take: door.repair.take.handler(({ input, context }) => repairs.take(input.turnId, context.client)),
      all: door.repair.all.handler(() => repairs.all()),
      last: door.repair.last.handler(() => repairs.last()),
      repaired: door.repair.repaired.handler(({ signal }) => repairs.repaired(signal)),
    },
    writing: {
      applyChange: door.writing.applyChange.handler(({ input, context }) => writing.applyChange(input, context.client)),
      activate: door.writing.activate.handler(({ input, context }) => writing.activate(input, context.client)),
      generate: door.writing.generate.handler(({ input, context }) => writing.generate(input, context.client)),
      follow: door.writing.follow.handler(({ input, signal }) =>
        writing.follow(input.generationId, input.afterSeq, signal),
      ),
      stop: door.writing.stop.handler(({ input }) => writing.stop(input.generationId, input.all)),
      plan: door.writing.plan.handler(({ input }) => writing.plan(input)),
      candidates: door.writing.candidates.handler(({ input }) => writing.candidates(input)),
      hold: door.writing.hold.handler(({ input, context, signal }) =>
        writing.hold(input.storyId, context.client, input.was, signal),
      ),
      takeOver: door.writing.takeOver.handler(({ input, context }) => writing.takeOver(input.storyId, context.client)),
    },
    cast: {
      watch: door.cast.watch.handler(({ input, signal }) => cast.watch(input.storyId, signal)),
      set: door.cast.set.handler(({ input, context }) => cast.set(input.storyId, input.cast, context.client)),
      next: door.cast.next.handler(({ input }) => cast.next(input)),
      start: door.cast.start.handler(({ input }) => cast.start(input)),
    },
    notes: {
      watch: door.notes.watch.handler(({ input, signal }) => notes.watch(input.storyId, signal)),
      set: door.notes.set.handler(({ input, context }) => notes.set(input, context.client)),
    },
    models: {
      list: door.models.list.handler(() => models.list()),
      look: door.models.look.handler(() => models.look()),
      unread: door.models.unread.handler(() => models.unread()),
      add: door.models.add.handler(({ input }) => models.add(input.path)),
      changes: door.models.changes.handler(({ signal }) => models.changes(signal)),
      load: door.models.load.handler(({ input }) => models.load(input)),
      survey: door.models.survey.handler(({ input }) => models.survey(input)),
      adapters: door.models.adapters.handler(() => models.adapters()),
      setFormat: door.models.setFormat.handler(({ input }) => models.setFormat(input.id, input.format)),
      examineFormat: door.models.examineFormat.handler(({ input }) => models.examineFormat(input.id, input.format)),
      formats: door.models.formats.handler(() => models.formats()),
      giveUp: door.models.giveUp.handler(() => models.giveUp()),
      status: door.models.status.handler(({ signal }) => models.status(signal)),
    },
    settings: {
      sampling: door.settings.sampling.handler(({ input }) => settings.sampling(input.storyId)),
      suitableSampling: door.settings.suitableSampling.handler(() => settings.suitableSampling()),
      setSampling: door.settings.setSampling.handler(({ input }) =>
        settings.setSampling(input.storyId, input.sampling),
      ),
      engine: door.settings.engine.handler(() => settings.engine()),
      setEngine: door.settings.setEngine.handler(({ input }) => settings.setEngine(input)),
      interface: door.settings.interface.handler(() => settings.interface()),
      setInterface: door.settings.setInterface.handler(({ input }) => settings.setInterface(input.key, input.value)),
    },
    jobs: {
      watch: door.jobs.watch.handler(({ signal }) => jobs.watch(signal)),
      cancel: door.jobs.cancel.handler(({ input }) => jobs.cancel(input.id)),
      restart: door.jobs.restart.handler(({ input }) => jobs.restart(input.id)),
      forget: door.jobs.forget.handler(({ input }) => jobs.forget(input.id)),
    },
    log: {
      tail: door.log.tail.handler(() => log.tail()),
      defects: door.log.defects.handler(({ signal }) => log.defects(signal)),
    },
  });
}
export type StudioRouter = ReturnType<typeof createRouter>;
