/** What is done with folders that may lie on any disk, and so in a thread. */
export type FolderWork =
  | { readonly do: 'look'; readonly folder: string }
  | { readonly do: 'unread'; readonly folder: string }
  | { readonly do: 'find'; readonly path: string }
  | { readonly do: 'link'; readonly file: string; readonly folder: string };

export const FOLDER_THREAD = { source: 'models/folder-worker.ts', built: 'folder' };
