import type { ComponentType } from 'preact';
import { About } from './settings/about.js';
import { DeleteAccount } from './settings/delete-account.js';
import { Exchange } from './settings/exchange.js';
import { FeedsCard } from './settings/feeds.js';
import { Invite } from './settings/invite.js';
import { Password, Profile } from './settings/profile.js';
import { SessionsCard } from './settings/sessions.js';
import { Trash } from './settings/trash.js';
import { WebhooksCard } from './settings/webhooks.js';

/** The cards of the settings page, in this order. */
export const SETTINGS: readonly { name: string; title: string; View: ComponentType }[] = [
  { name: 'profile', title: 'Profile', View: Profile },
  { name: 'password', title: 'Password', View: Password },
  { name: 'sessions', title: 'Sessions', View: SessionsCard },
  { name: 'trash', title: 'Trash', View: Trash },
  { name: 'exchange', title: 'Import and export', View: Exchange },
  { name: 'feeds', title: 'Feeds', View: FeedsCard },
  { name: 'webhooks', title: 'Webhooks', View: WebhooksCard },
  { name: 'invite', title: 'Invite somebody', View: Invite },
  { name: 'delete', title: 'Delete account', View: DeleteAccount },
  { name: 'about', title: 'About', View: About },
];
