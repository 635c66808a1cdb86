import type { MenuGroup } from '../../../shared/desktop-menu.ts';
import { characters } from '../../characters/characters.ts';
import { countChapters, library } from '../../library/library.ts';
import type { Key } from '../../lib/keys.ts';
import { isSignedIn, signOutOthers } from '../../lib/sign-out.ts';
import { words } from '../../locales/index.ts';
import { toast } from '../../ui/toasts.tsx';
import type { ChapterController, Possible } from '../../chapter/controller.ts';
import { FIND_KEYS } from '../../manuscript/find/find-keys.ts';
import { showNote } from '../../notes/open-notes.ts';
import { togglePanel } from '../../workspace/panels.ts';
import { STORIES, useWorkspace } from '../../workspace/workspace.ts';
import { ROOMS } from '../rooms.tsx';
import { goToRoom } from '../shell/room.tsx';
import { showStoryIn, VIEWS, type ViewId } from '../views.ts';
import type { Moment } from './moment.ts';

/**
 * Something that can be done, said once: palette, menus, keyboard, shortcut sheet and the desktop's menu bar are made
 * from this; the bar below the text and the title row ask for theirs by name.
 */
export interface Command {
  readonly name: (moment: Moment) => string;
  readonly in?: readonly ('palette' | 'turn menu' | 'row menu')[];
  readonly desktopMenu?: MenuGroup;
  readonly key?: {
    readonly press: Key;
    /**
     * Where it is heard: also over a dialog, in the window, there but not while typing, in the text, on a library row.
     */
    readonly heard: 'always' | 'window' | 'beside the text' | 'text' | 'row';
    /** Held down, it runs again and again. */
    readonly repeats?: true;
  };
  /** Where this is false, the command is not shown and its key is left to others. */
  readonly applies?: (moment: Moment) => boolean;
  /** Why it would do nothing now. It is shown all the same, with the reason. */
  readonly why?: (moment: Moment) => string | null;
  /** More about it, for a tooltip. */
  readonly hint?: string;
  /** What stands behind its name in a menu. */
  readonly detail?: (moment: Moment) => string | null;
  readonly isRemoval?: true;
  readonly run: (moment: Moment) => Promise<void> | void;
}

const say = words.commands;

type Work = (controller: ChapterController, moment: Moment) => Promise<void> | void;

const onPage =
  (work: Work): Command['run'] =>
  (moment) =>
    moment.controller === null ? undefined : work(moment.controller, moment);

/** The bar changes under the focus while a reply is written; what is typed next belongs to the text. */
const onTheText = (work: Work): Command['run'] =>
  onPage((controller, moment) => {
    controller.focus();
    return work(controller, moment);
  });

/** Where no chapter can be used: it is on its way, or another room is shown. */
const whyClosed = ({ room }: Moment): string => (room === STORIES ? words.shell.opening : say.otherRoom);

const whyNotOpen: Command['why'] = (moment) => (moment.controller === null ? whyClosed(moment) : null);

/** Why nothing can be changed on the page. */
function whyReadOnly(moment: Moment): string | null {
  if (moment.controller === null) return whyClosed(moment);
  return moment.isReader ? (moment.isAway ? say.studioAway : say.readerOnly) : null;
}

/** Why nothing can be written now, or not this; a turn whose menu is open says for itself what can be done. */
const whyNotWriting =
  (possible: 'canReply' | 'canContinue' | 'canRetry'): NonNullable<Command['why']> =>
  (moment) => {
    if (moment.isAway) return say.studioAway;
    if (moment.turn !== undefined) return whyReadOnly(moment);
    const { state, fault } = moment.engine;
    const noModel = state === 'failed' || (state === 'idle' && fault !== null);
    const can: Possible | undefined = moment.page?.[possible];
    return whyReadOnly(moment) ?? (noModel ? say.noModel : null) ?? (can?.ok === false ? can.why : null);
  };

/** While the page turns, which alternate comes next is not known here. */
const whyNoAlternate =
  (step: -1 | 1): NonNullable<Command['why']> =>
  (moment) => {
    const reason = whyReadOnly(moment);
    if (reason !== null || moment.page?.turning === true) return reason;
    if (moment.turn === undefined && moment.page?.alternates === null) return words.manuscript.noModelTurn;
    const { number, count } = (moment.turn ?? moment.page)?.alternates ?? { number: 1, count: 1 };
    if (count < 2) return say.noAlternates;
    if (number + step < 1) return say.firstAlternate;
    return number + step > count ? say.lastAlternate : null;
  };

const whyNothingSelected: Command['why'] = (moment) =>
  moment.controller === null ? whyClosed(moment) : moment.page?.selects === true ? null : say.nothingSelected;

const replyWith = (answers: number): Command => ({
  name: () => say.replyWith(answers),
  in: ['palette'],
  why: whyNotWriting('canReply'),
  run: onTheText((page) => page.reply(answers)),
});
const retryWith = (answers: number): Command => ({
  name: () => say.retryWith(answers),
  in: ['palette'],
  why: whyNotWriting('canRetry'),
  run: onTheText((page) => page.retry(undefined, answers)),
});
const takeOption = (place: number): Command => ({
  name: () => say.takeOption(place),
  in: ['palette'],
  key: {
    // On a Mac Alt writes signs, and moves by words.
    press: { onMac: `Mod+Ctrl+${String(place)}`, elsewhere: `Alt+${String(place)}` },
    heard: 'text',
  },
  why: (moment) =>
    whyNotWriting('canReply')(moment) ?? (moment.controller?.hasOption(place) === false ? say.noOption : null),
  run: onTheText((page) => page.takeOption(place)),
});
const VIEW_COMMANDS = Object.fromEntries(
  VIEWS.map(({ id }, index): [string, Command] => [
    `${id}View`,
    {
      name: () => say.showView(words.shell.view[id]),
      in: ['palette'],
      desktopMenu: 'view',
      key: { press: `Mod+${String(index + 1)}`, heard: 'always' },
      applies: ({ storyId, room }) => storyId !== null && room === STORIES,
      run: () => showStoryIn(id),
    },
  ]),
) as Record<`${ViewId}View`, Command>;
const hasAlternates = ({ turn }: Moment): boolean => turn === undefined || (turn.alternates?.count ?? 0) > 1;
const isReply = ({ turn }: Moment): boolean => turn === undefined || turn.role === 'model';

const goTo = (room: string): Command => ({
  name: () => say.goToRoom(ROOMS[room]?.name ?? ''),
  in: ['palette'],
  desktopMenu: 'view',
  applies: (moment) => moment.room !== room,
  run: () => goToRoom(room),
});

export const COMMANDS = {
  reply: {
    name: () => say.reply,
    in: ['palette'],
    desktopMenu: 'story',
    key: { press: 'Mod+Enter', heard: 'window' },
    why: whyNotWriting('canReply'),
    run: onTheText((page) => page.reply()),
  },
  writeForMe: {
    name: () => say.writeForMe,
    in: ['palette'],
    why: whyNotWriting('canReply'),
    run: onTheText((page) => page.writeForMe()),
  },
  continue: {
    name: () => say.continue,
    in: ['palette'],
    desktopMenu: 'story',
    why: whyNotWriting('canContinue'),
    run: onTheText((page) => page.continue()),
  },
  nameSpeaker: {
    name: () => say.nameSpeaker,
    in: ['turn menu'],
    detail: ({ turn }) => turn?.speaker ?? null,
    why: whyReadOnly,
    run: ({ turn }) => {
      if (turn !== undefined) useWorkspace.setState({ turnDialog: { name: 'speaker', turn } });
    },
  },
  addNoteBefore: {
    name: () => say.addNoteBefore,
    in: ['turn menu'],
    why: whyReadOnly,
    run: onTheText((page, { turn }) => {
      if (turn !== undefined) page.addNoteBefore(turn.turnId);
    }),
  },
  goodText: {
    name: () => words.repair.goodOf,
    in: ['turn menu'],
    applies: ({ turn, page }) => turn !== undefined && page?.damaged.includes(turn.turnId) === true,
    run: ({ turn }) => useWorkspace.setState({ dialog: 'good text', damagedTurn: turn?.turnId ?? null }),
  },
  otherWords: {
    name: () => say.otherWords,
    in: ['turn menu'],
    applies: isReply,
    run: ({ turn }) => {
      if (turn !== undefined) useWorkspace.setState({ turnDialog: { name: 'other words', turn } });
    },
  },
  editTurn: {
    name: () => say.editTurn,
    in: ['turn menu'],
    why: whyReadOnly,
    run: onPage((page, { turn }) => {
      if (turn !== undefined) page.editTurn(turn.turnId);
    }),
  },
  continueTurn: {
    name: () => say.continueTurn,
    in: ['turn menu'],
    applies: isReply,
    why: whyNotWriting('canRetry'),
    run: onTheText((page, { turn }) => page.continue(turn?.turnId)),
  },
  branchHere: {
    name: () => say.branchHere,
    in: ['turn menu'],
    hint: say.branchHereHint,
    why: whyReadOnly,
    run: onTheText((page, { turn }) => (turn === undefined ? undefined : page.branchAt(turn.turnId))),
  },
  copyTurn: {
    name: () => say.copyTurn,
    in: ['turn menu'],
    run: onPage((page, { turn }) => navigator.clipboard.writeText(page.turnText(turn?.turnId ?? ''))),
  },
  retry: {
    name: ({ turn, retries }) => (turn === undefined ? say.retryTimes(retries) : say.retry),
    in: ['palette', 'turn menu'],
    desktopMenu: 'story',
    key: { press: 'Mod+Shift+Enter', heard: 'window' },
    applies: isReply,
    why: whyNotWriting('canRetry'),
    run: onTheText((page, { turn }) => page.retry(turn?.turnId)),
  },
  again: {
    name: () => say.again,
    in: ['palette', 'turn menu'],
    desktopMenu: 'story',
    hint: say.againHint,
    applies: isReply,
    why: whyNotWriting('canRetry'),
    run: onTheText((page, { turn }) => page.again(turn?.turnId)),
  },
  stop: {
    name: () => say.stop,
    desktopMenu: 'story',
    key: { press: 'Escape', heard: 'window' },
    applies: ({ page, isReader }) => !isReader && (page?.generation ?? null) !== null,
    run: onTheText((page) => page.stop()),
  },
  stopAll: {
    name: () => say.stopAll,
    in: ['palette'],
    desktopMenu: 'story',
    why: ({ page }) => ((page?.others ?? 0) === 0 ? say.noOthers : null),
    run: onTheText((page) => page.stopAll()),
  },
  previousAlternate: {
    name: () => say.previousAlternate,
    in: ['palette', 'turn menu'],
    desktopMenu: 'story',
    key: { press: { onMac: 'Mod+Ctrl+ArrowLeft', elsewhere: 'Alt+ArrowLeft' }, heard: 'text', repeats: true },
    applies: hasAlternates,
    why: whyNoAlternate(-1),
    run: onPage((page, { turn }) => page.previousAlternate(turn?.turnId)),
  },
  nextAlternate: {
    name: () => say.nextAlternate,
    in: ['palette', 'turn menu'],
    desktopMenu: 'story',
    key: { press: { onMac: 'Mod+Ctrl+ArrowRight', elsewhere: 'Alt+ArrowRight' }, heard: 'text', repeats: true },
    applies: hasAlternates,
    why: whyNoAlternate(1),
    run: onPage((page, { turn }) => page.nextAlternate(turn?.turnId)),
  },
  returnToFork: {
    name: () => say.returnToFork,
    in: ['palette'],
    hint: say.returnToForkHint,
    key: { press: { onMac: 'Mod+Ctrl+ArrowUp', elsewhere: 'Alt+ArrowUp' }, heard: 'text' },
    why: (moment) => whyReadOnly(moment) ?? (moment.controller?.hasFork() === false ? say.noFork : null),
    run: onPage((page) => page.returnToFork()),
  },
  firstOption: takeOption(1),
  secondOption: takeOption(2),
  thirdOption: takeOption(3),
  breakParagraph: {
    name: () => say.breakParagraph,
    in: ['palette'],
    hint: say.breakParagraphHint,
    why: (moment) => whyReadOnly(moment) ?? (moment.page?.paragraph === 'usual' ? say.noLongParagraph : null),
    run: onTheText((page) => page.breakParagraph()),
  },
  removeTurn: {
    name: () => say.removeTurn,
    in: ['turn menu'],
    isRemoval: true,
    why: (moment) => whyReadOnly(moment) ?? (moment.turn?.isReady === true ? say.nothingToDelete : null),
    run: onTheText((page, { turn }) => {
      if (turn !== undefined) page.removeTurn(turn.turnId);
    }),
  },
  find: {
    name: () => say.find,
    in: ['palette'],
    desktopMenu: 'story',
    key: { press: FIND_KEYS.find, heard: 'window' },
    why: whyNotOpen,
    run: onPage((page) => page.find('find')),
  },
  replace: {
    name: () => say.replace,
    in: ['palette'],
    key: { press: FIND_KEYS.replace, heard: 'window' },
    why: whyNotOpen,
    run: onPage((page) => page.find('replace')),
  },
  findNext: {
    name: () => say.findNext,
    in: ['palette'],
    key: { press: FIND_KEYS.next, heard: 'window', repeats: true },
    why: whyNotOpen,
    run: onPage((page) => page.find('next')),
  },
  findPrevious: {
    name: () => say.findPrevious,
    in: ['palette'],
    key: { press: FIND_KEYS.previous, heard: 'window', repeats: true },
    why: whyNotOpen,
    run: onPage((page) => page.find('previous')),
  },
  copy: {
    name: () => say.copy,
    in: ['palette'],
    why: whyNothingSelected,
    run: onTheText((page) => navigator.clipboard.writeText(page.selected('prose'))),
  },
  copyWithMarks: {
    name: () => say.copyWithMarks,
    in: ['palette'],
    hint: say.copyWithMarksHint,
    why: whyNothingSelected,
    run: onTheText((page) => navigator.clipboard.writeText(page.selected('marked'))),
  },
  ...VIEW_COMMANDS,
  binder: {
    name: () => say.toggleBinder,
    in: ['palette'],
    desktopMenu: 'view',
    key: { press: 'Mod+B', heard: 'always' },
    applies: ({ room }) => room === STORIES,
    run: () => togglePanel('binder'),
  },
  inspector: {
    name: () => say.toggleInspector,
    in: ['palette'],
    desktopMenu: 'view',
    key: { press: 'Mod+I', heard: 'always' },
    applies: ({ room }) => room === STORIES,
    run: () => togglePanel('inspector'),
  },
  notes: {
    name: () => say.editNotes,
    in: ['palette'],
    applies: ({ room }) => room === STORIES,
    why: ({ storyId }) => (storyId === null ? say.noStory : null),
    run: () => showNote('memory'),
  },
  goToStories: goTo(STORIES),
  goToCharacters: goTo('characters'),
  newCharacter: {
    name: () => words.characters.create.character,
    in: ['palette'],
    desktopMenu: 'file',
    run: async () => {
      goToRoom('characters');
      await characters.create('character');
    },
  },
  palette: {
    name: () => say.palette,
    desktopMenu: 'view',
    key: { press: 'Mod+K', heard: 'always' },
    run: () =>
      useWorkspace.setState(({ dialog }) => ({ dialog: dialog === 'palette' ? null : 'palette', turnDialog: null })),
  },
  format: {
    name: () => say.openFormatDoctor,
    in: ['palette'],
    desktopMenu: 'view',
    why: ({ engine }) => (engine.modelId === null ? say.noModel : null),
    run: () => useWorkspace.setState({ dialog: 'format' }),
  },
  backups: {
    name: () => words.backups.title,
    in: ['palette'],
    desktopMenu: 'file',
    run: () => useWorkspace.setState({ dialog: 'backups' }),
  },
  saveCopy: {
    name: () => words.copy.title,
    in: ['palette'],
    desktopMenu: 'file',
    run: () => useWorkspace.setState({ dialog: 'save copy' }),
  },
  activity: {
    name: () => words.jobs.title,
    in: ['palette'],
    desktopMenu: 'view',
    run: () => useWorkspace.setState({ dialog: 'activity' }),
  },
  settings: {
    name: () => say.settings,
    in: ['palette'],
    desktopMenu: 'file',
    run: () => useWorkspace.setState({ dialog: 'settings' }),
  },
  signOutOthers: {
    name: () => say.signOutOthers,
    in: ['palette'],
    applies: isSignedIn,
    run: async () => {
      await signOutOthers();
      toast(say.othersSignedOut);
    },
  },
  shortcuts: {
    name: () => say.shortcuts,
    in: ['palette'],
    desktopMenu: 'help',
    key: { press: '?', heard: 'beside the text' },
    run: () => useWorkspace.setState({ dialog: 'shortcuts' }),
  },
  replyWith2: replyWith(2),
  retryWith2: retryWith(2),
  replyWith3: replyWith(3),
  retryWith3: retryWith(3),
  replyWith4: replyWith(4),
  retryWith4: retryWith(4),
  newStory: {
    name: () => say.newStory,
    in: ['palette'],
    desktopMenu: 'file',
    run: () => library.createStory(),
  },
  newChapter: {
    name: () => say.newChapter,
    in: ['palette'],
    desktopMenu: 'file',
    applies: ({ storyId }) => storyId !== null,
    run: ({ storyId }) => (storyId === null ? undefined : library.createChapter(storyId)),
  },
  export: {
    name: () => say.export,
    in: ['palette', 'row menu'],
    desktopMenu: 'file',
    why: ({ row, storyId }) => (row === undefined && storyId === null ? say.noStory : null),
    run: ({ row, storyId }) => {
      const exported = row?.of ?? (storyId === null ? null : { storyId, chapterId: null });
      if (exported !== null) useWorkspace.setState({ dialog: 'export', exported });
    },
  },
  rename: {
    name: ({ row }) => (row === undefined ? say.renameRow : say.rename),
    in: ['row menu'],
    key: { press: 'F2', heard: 'row' },
    run: ({ row }) => row?.rename(),
  },
  remove: {
    name: ({ row }) => (row === undefined ? say.removeRow : say.remove),
    in: ['row menu'],
    key: { press: 'Delete', heard: 'row' },
    why: ({ row }) => (row?.remove === null ? say.onlyChapter : null),
    isRemoval: true,
    run: ({ row }) => row?.remove?.(),
  },
  removeStory: {
    name: () => say.removeStory,
    in: ['palette'],
    isRemoval: true,
    applies: ({ storyId }) => storyId !== null,
    run: ({ storyId }) => (storyId === null ? undefined : library.removeOpenStory(storyId)),
  },
  removeChapter: {
    name: () => say.removeChapter,
    in: ['palette'],
    isRemoval: true,
    applies: ({ storyId }) => storyId !== null,
    why: ({ storyId }) => (storyId !== null && countChapters(storyId) < 2 ? say.onlyChapter : null),
    run: ({ storyId }) => (storyId === null ? undefined : library.removeOpenChapter(storyId)),
  },
} as const satisfies Record<string, Command>;

export type CommandId = keyof typeof COMMANDS;

export const commandOf = (id: CommandId): Command => COMMANDS[id];
export const COMMAND_IDS = Object.keys(COMMANDS) as readonly CommandId[];
export const commandsIn = (place: NonNullable<Command['in']>[number]): readonly CommandId[] =>
  COMMAND_IDS.filter((id) => commandOf(id).in?.includes(place) === true);
