import { backups } from './backups.ts';
import { cast } from './cast.ts';
import { characters } from './characters.ts';
import { chat } from './chat.ts';
import { commands } from './commands.ts';
import { common } from './common.ts';
import { copy } from './copy.ts';
import { find } from './find.ts';
import { hardware } from './hardware.ts';
import { jobs } from './jobs.ts';
import { ledger } from './ledger.ts';
import { library } from './library.ts';
import { manuscript } from './manuscript.ts';
import { models } from './models.ts';
import { notes } from './notes.ts';
import { repair } from './repair.ts';
import { sampling } from './sampling.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { writing } from './writing.ts';

/** Every word that the interface says, in English. */
export const en = {
  common,
  shell,
  commands,
  writing,
  manuscript,
  chat,
  find,
  library,
  characters,
  backups,
  copy,
  repair,
  ledger,
  notes,
  cast,
  jobs,
  models,
  hardware,
  settings,
  sampling,
};
