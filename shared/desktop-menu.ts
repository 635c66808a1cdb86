import { z } from 'zod';

const group = z.enum(['file', 'story', 'view', 'help']);
export type MenuGroup = z.infer<typeof group>;

const name = z.string().min(1).max(100);

/** What the page offers for the desktop's menu bar; its names are in the language of the page. */
export const desktopMenus = z
  .array(
    z.object({
      group,
      title: name,
      items: z
        .array(
          z.object({
            command: z.string().max(50),
            name,
            /** As Electron writes a key; null where there is none, or only the page may take it. */
            accelerator: z.string().max(50).nullable(),
          }),
        )
        .max(50),
    }),
  )
  .max(8);
export type DesktopMenu = z.infer<typeof desktopMenus>[number];
