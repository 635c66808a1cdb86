import type { CSSProperties, ReactElement } from 'react';
import { Binder } from '../binder/binder.tsx';
import { ContextPanel } from '../../ledger/context-panel.tsx';
import { words } from '../../locales/index.ts';
import { ModelPanel } from '../../models/model-panel.tsx';
import { SamplingPanel } from '../../settings/sampling-panel.tsx';
import { FormatDoctor } from '../../models/format-doctor.tsx';
import { CopyDialog } from '../../library/copy-dialog.tsx';
import { BackupsDialog } from '../../backups/backups-dialog.tsx';
import { GoodTextDialog } from '../../backups/good-text-dialog.tsx';
import { RepairDialog } from '../../backups/repair-dialog.tsx';
import { ActivityDialog } from '../../jobs/activity-dialog.tsx';
import { ExportDialog } from '../../library/export-dialog.tsx';
import { CastPanel } from '../../cast/cast-panel.tsx';
import { NotesPanel } from '../../notes/notes-panel.tsx';
import { SettingsDialog } from '../../settings/settings-dialog.tsx';
import { Splitter } from '../../ui/splitter.tsx';
import { togglePanel, usePanel, usePanelWidth, type Panel } from '../../workspace/panels.ts';
import { Palette } from '../commands/palette.tsx';
import { HeldField } from './held-field.tsx';
import { Page } from './page.tsx';
import { Rail } from './rail.tsx';
import { Room } from './room.tsx';
import { remember } from '../../workspace/remembered.ts';
import { STORIES, useWorkspace } from '../../workspace/workspace.ts';
import { ShortcutSheet } from '../commands/shortcut-sheet.tsx';
import { StatusBar } from './status-bar.tsx';
import { TitleRow } from './title-row.tsx';
import { TurnDialog, TurnMenu } from './turn-menu.tsx';
import { Watchers } from './watchers.ts';
import css from './shell.module.css';

export function Shell(): ReactElement {
  const binder = usePanel('binder');
  const inspector = usePanel('inspector');
  const isNoStory = useWorkspace((workspace) => workspace.place === null);
  const isElsewhere = useWorkspace((workspace) => workspace.room !== STORIES);
  const covered = binder === 'over' || inspector === 'over';
  const close = (): void => useWorkspace.setState({ over: null });
  const widths = {
    '--binder': `${String(usePanelWidth('binder').width)}px`,
    '--inspector': `${String(usePanelWidth('inspector').width)}px`,
  };
  return (
    <div
      className={css.app}
      data-binder={binder}
      data-inspector={inspector}
      data-elsewhere={isElsewhere || undefined}
      style={widths as CSSProperties}
    >
      <TitleRow />
      <Rail covered={covered} />
      {binder === 'closed' || isElsewhere ? null : <Binder />}
      <Page covered={covered || isElsewhere} />
      {inspector === 'closed' || isElsewhere ? null : (
        <aside className={css.inspector} data-panel="inspector" tabIndex={-1} aria-label={words.shell.inspector}>
          {isNoStory ? null : (
            <>
              <CastPanel />
              <NotesPanel />
              <hr />
            </>
          )}
          <ContextPanel />
          <hr />
          <ModelPanel />
          {isNoStory ? null : (
            <>
              <hr />
              <SamplingPanel />
            </>
          )}
        </aside>
      )}
      <Room />
      {binder === 'beside' && !isElsewhere ? <Edge panel="binder" /> : null}
      {inspector === 'beside' && !isElsewhere ? <Edge panel="inspector" /> : null}
      {covered ? <div className={css.veil} onMouseDown={(event) => event.preventDefault()} onClick={close} /> : null}
      <StatusBar />
      <HeldField />
      <TurnMenu />
      <TurnDialog />
      <Dialogs />
      <Watchers />
    </div>
  );
}

function Edge({ panel }: { readonly panel: Panel }): ReactElement {
  const size = usePanelWidth(panel);
  return (
    <Splitter
      {...size}
      side={panel === 'binder' ? 'left' : 'right'}
      label={words.shell.panelWidth[panel]}
      onChange={(width) => remember(`width:${panel}`, width)}
      onCollapse={() => togglePanel(panel)}
    />
  );
}

function Dialogs(): ReactElement | null {
  const dialog = useWorkspace((workspace) => workspace.dialog);
  const damagedTurn = useWorkspace((workspace) => workspace.damagedTurn);
  const close = (): void => useWorkspace.setState({ dialog: null });
  if (dialog === 'palette') return <Palette onClose={close} />;
  if (dialog === 'shortcuts') return <ShortcutSheet onClose={close} />;
  if (dialog === 'format') return <FormatDoctor onClose={close} />;
  if (dialog === 'export') return <ExportDialog onClose={close} />;
  if (dialog === 'save copy') return <CopyDialog onClose={close} />;
  if (dialog === 'repair') return <RepairDialog onClose={close} />;
  if (dialog === 'good text')
    return damagedTurn === null ? null : <GoodTextDialog turnId={damagedTurn} onClose={close} />;
  if (dialog === 'backups') return <BackupsDialog onClose={close} />;
  if (dialog === 'activity') return <ActivityDialog onClose={close} />;
  if (dialog === 'settings') return <SettingsDialog onClose={close} />;
  return null;
}
