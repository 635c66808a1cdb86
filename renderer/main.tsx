import './lib/schemas.ts';
import '@fontsource-variable/inter/opsz.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '@fontsource-variable/literata/opsz.css';
import '@fontsource-variable/literata/opsz-italic.css';
import './app/shell/theme.css';
// First, so that rules of the features come after those of the shared parts.
import './ui/ui.module.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/shell/app.tsx';
import { offerDesktopMenus } from './app/commands/desktop-menu.ts';
import { connect } from './lib/client.ts';
import { followJobs } from './jobs/jobs.ts';
import { followEngine } from './models/engine-status.ts';
import { takeDroppedFiles } from './models/add-model-file.tsx';
import { followModels } from './models/models.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
void connect();
followEngine();
followJobs();
followModels();
takeDroppedFiles();
offerDesktopMenus();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
