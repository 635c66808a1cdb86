import type { StoreFaults } from '../catalogue.ts';
import { count, size } from './numbers.ts';
import type { Sentences } from './sentences.ts';

const OTHER_FOLDER = 'start with another folder: --data DIR.';

export const store = {
  NO_STORY: () => 'That story is not in this library. Nothing was changed.',
  NO_CHAPTER: () =>
    'That chapter is not in this library. Nothing was changed; open the story again to see its chapters.',
  CHAPTER_DELETED: () =>
    'That chapter was deleted. Restore it from “Recently deleted” to write in it; nothing was changed.',
  STORY_DELETED: () =>
    'That story was deleted. Restore it from “Recently deleted” to write in it; nothing was changed.',
  CHAPTER_TAKEN: () => 'Another story has a chapter of this id. Nothing was changed.',
  NO_REVISION: () => 'That revision is not in the history of its turn. Nothing was changed.',
  NO_GENERATION: () => 'That reply is not known here. Nothing was changed.',
  ENDED: () => 'This reply has already ended. Its text is in its turn.',
  FOLDER_RIGHTS: ({ path }) =>
    `Paphos needs to write to ${path} and may not. Nothing was changed. Give your user the right to, or ` +
    OTHER_FOLDER,
  FOLDER_READ_ONLY: ({ path }) =>
    `Paphos needs to write to ${path}, which is on a drive that can only be read. Nothing was changed. Make the ` +
    `drive writable, or ${OTHER_FOLDER}`,
  FOLDER_FULL: ({ folder }) =>
    `The disk that holds ${folder} is full, and Paphos needs a little room there to start. Nothing was changed. Make ` +
    `room and start again, or ${OTHER_FOLDER}`,
  FOLDER_MISSING: ({ path }) =>
    `There is no folder ${path} for the stories, and it cannot be made. Nothing was changed. Connect its drive, ` +
    `check the path, or ${OTHER_FOLDER}`,
  DISK_SILENT: ({ folder }) =>
    `The drive of ${folder} is not answering. Nothing was changed. Check the drive and its connection and try again, ` +
    'or choose another folder.',
  FOLDER_UNUSABLE: ({ path, said }) =>
    `Paphos could not open ${path}; all that is known of the reason is its code, ${said}. Nothing was changed. Check ` +
    `the drive and its connection and start again, or ${OTHER_FOLDER}`,
  STORE_READ_ONLY: () =>
    'The data folder has become read-only. Everything saved so far is safe; the last change was not saved. Make the ' +
    'folder writable again.',
  CHANGE_TAKEN: () =>
    'Another change came under this id before, so nothing was changed. Your text stays on this page; it is sent ' +
    'again under an id of its own.',
  TURN_TAKEN: () =>
    'A turn of another chapter has the id of this new one, so nothing was changed. Your text stays on this page; the ' +
    'turn is sent again under an id of its own.',
  STORE_GONE: () =>
    'The library is not where it was: its folder was moved or deleted, or its drive is gone. The last change was not ' +
    'saved; everything before it is safe in the open file for as long as Paphos runs. Put the folder back, or save a ' +
    'copy.',
  STORE_SILENT: () =>
    'The drive that holds the library is not answering. Everything saved so far is kept; what came after it stays on ' +
    'this page and in Paphos, and is saved as soon as the drive answers. Check it and its connection.',
  STORE_DAMAGED: ({ file }) =>
    file === null
      ? 'A part of the library is damaged and cannot be read. Nothing was changed. Open Backups for an earlier copy ' +
        'of it; or close Paphos and run "paphos repair", which keeps what is there as a copy first.'
      : `${file} is damaged and was not opened, so that nothing more is lost. "paphos restore" lists the backups ` +
        'that are in its folder and puts one in its place; the damaged file is kept.',
  LIBRARY_DAMAGED: ({ problems }) =>
    `${problems === 1 ? 'One thing' : `${count(problems)} things`} in the library ${problems === 1 ? 'is' : 'are'} ` +
    'not as it was saved. Nothing was changed. Open Backups to see what is damaged, and to repair it.',
  BACKUP_DAMAGED: () =>
    'The copy that is made before an update came out damaged, so the stories were not updated. They are unchanged. ' +
    'Check the drive, then start Paphos again.',
  BACKUP_NO_ROOM: ({ folder, need, free }) =>
    `No backup was made: ${folder} has ${size(free)} free, and Paphos keeps ${size(need)} free beside a backup. Your ` +
    'stories are safe where they are. Make room, or choose another folder for the backups.',
  BACKUP_GONE: ({ name }) =>
    `The backup ${name} is not in the backups folder any more. Nothing was changed. Choose another one.`,
  BACKUP_NO_SECOND: ({ folder }) =>
    `The backup was made, but could not be copied to ${folder}. Connect that drive or choose another second folder; ` +
    'the next backup is copied again.',
  SECOND_PLACE_WRONG: ({ folder }) =>
    `“${folder}” cannot be the second folder. Give the whole path of a folder outside the data folder, best on ` +
    'another drive.',
  SECOND_PLACE_AWAY: ({ folder }) =>
    `The second folder, ${folder}, cannot be reached or written to. Connect its drive, or choose another folder.`,
  BACKUP_UNREADABLE: ({ name }) =>
    `The backup ${name} cannot be read: it is damaged, or another program wrote it. Nothing was changed. Choose ` +
    'another one.',
  BACKUP_NOT_WHOLE: ({ name }) =>
    `Not everything in the backup ${name} is as it was saved, so it was not put in place of your library. Nothing ` +
    'was changed. Choose another one, or take single stories out of it.',
  RESTORING: () =>
    'A backup is being put in place of this library, so nothing else is saved for a moment. Your text stays on this ' +
    'page.',
  STORE_BUSY: () => 'Another program is using the library, so nothing was changed. Close that program and try again.',
  DISK_FULL: () =>
    'The disk is full. Everything saved so far is safe; the last change was not saved. Make room and go on writing: ' +
    'Paphos keeps trying.',
  DISK_ERROR: () =>
    'The disk did not take the last change. Everything saved so far is kept. Check the drive and its connection: ' +
    'Paphos keeps trying.',
  IN_USE: ({ folder }) =>
    `Another Paphos is using the data folder ${folder}. Nothing was changed. Go on in that one, close it first, or ` +
    OTHER_FOLDER,
  UNSAFE_STORE: ({ setting }) =>
    `SQLite did not accept ${setting}, so saved text could be lost. Nothing was changed. Put the data folder on a ` +
    'local drive.',
  OLD_SQLITE: ({ version, needed }) =>
    `This build carries SQLite ${version}, which can damage a library; ${needed} is needed. Nothing was opened. ` +
    'Install Paphos again.',
  LIBRARY_MISSING: ({ folder }) =>
    `There was a library in ${folder}, and there is none now: the folder is missing or empty, as it is when its ` +
    `drive is not connected. Nothing was made or changed. Connect the drive and start again, or ${OTHER_FOLDER} To ` +
    'begin a new library there all the same, start with --new-library.',
  STORE_EMPTIED: ({ file, mark, backup }) =>
    `There was a library here, and ${file} is missing or has no stories in it now. Nothing was changed. ` +
    (backup === null
      ? 'Put store.db back from a copy of this folder'
      : `"paphos restore ${backup}" puts the newest backup in its place`) +
    `, or ${OTHER_FOLDER} To begin a new library in this folder all the same, move its files away, ${mark} among them.`,
  NOT_A_STORE: ({ file }) => `${file} is not a Paphos library. It was not changed. Move it away, or ${OTHER_FOLDER}`,
  NEWER_STORE: ({ version, newest }) =>
    `These stories were written by a newer Paphos (format ${version}; this one knows ${newest}). Nothing was ` +
    `changed. Install the newer version, or ${OTHER_FOLDER}`,
  MIGRATION_FAILED: ({ version }) =>
    `The stories could not be updated to format ${version}. They are unchanged; use the version you had before and ` +
    'tell us about this.',
} satisfies Sentences<StoreFaults>;
