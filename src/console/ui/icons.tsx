import type { ComponentChildren } from 'preact';

interface IconProps {
  /** Said by screen readers; without it the icon is decoration. */
  label?: string;
}

/** Line icons of 24 units, in the colour and size of the text. */
function Icon({ label, children }: IconProps & { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {children}
    </svg>
  );
}

const drawn =
  (...paths: string[]) =>
  ({ label }: IconProps) => (
    <Icon {...(label && { label })}>
      {paths.map((path) => (
        <path key={path} d={path} />
      ))}
    </Icon>
  );

export const CloseIcon = drawn('M6 6l12 12', 'M18 6L6 18');
export const PlusIcon = drawn('M12 5v14', 'M5 12h14');
export const LeftIcon = drawn('M15 5l-7 7 7 7');
export const RightIcon = drawn('M9 5l7 7-7 7');
export const DownIcon = drawn('M6 9l6 6 6-6');
export const RepeatIcon = drawn(
  'M17 2l4 4-4 4',
  'M3 11V9a3 3 0 0 1 3-3h15',
  'M7 22l-4-4 4-4',
  'M21 13v2a3 3 0 0 1-3 3H3',
);
export const PeopleIcon = drawn(
  'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  'M2 21v-1a6 6 0 0 1 6-6h2a6 6 0 0 1 6 6v1',
  'M17 3.5a4 4 0 0 1 0 7',
  'M19 14.5a6 6 0 0 1 3 5.5v1',
);
export const ClockIcon = drawn('M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M12 7v5l3 2');
export const PlaceIcon = drawn(
  'M12 21s-7-6-7-11a7 7 0 0 1 14 0c0 5-7 11-7 11z',
  'M12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
);
export const LinkIcon = drawn(
  'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1',
  'M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1',
);
export const TrashIcon = drawn('M4 7h16', 'M9 7V4h6v3', 'M6 7l1 13h10l1-13');
export const HistoryIcon = drawn('M3 12a9 9 0 1 0 3-6.7L3 8', 'M3 3v5h5', 'M12 8v4l3 2');
export const MergeIcon = drawn('M6 4v16', 'M18 20v-4a6 6 0 0 0-6-6H6', 'M9 7L6 4 3 7');
export const BoltIcon = drawn('M13 2L4 14h7l-1 8 9-12h-7z');
export const SettingsIcon = drawn('M4 7h10', 'M18 7h2', 'M4 17h2', 'M10 17h10', 'M16 5v4', 'M8 15v4');
export const WarnIcon = drawn('M12 3l10 18H2z', 'M12 10v4', 'M12 17.5v.1');
export const SunIcon = drawn(
  'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  'M12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
);
export const MoonIcon = drawn('M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z');
export const AutoIcon = drawn('M3 5h18v11H3z', 'M8 20h8', 'M12 16v4');
export const CopyIcon = drawn('M9 9h11v12H9z', 'M5 15H4V3h11v1');
export const CheckIcon = drawn('M5 12.5l4.5 4.5L19 7');
export const DownloadIcon = drawn('M12 4v11', 'M7 11l5 5 5-5', 'M4 20h16');
export const UploadIcon = drawn('M12 16V5', 'M7 9l5-5 5 5', 'M4 20h16');
export const RestoreIcon = drawn('M4 10a8.5 8.5 0 1 1 0 5', 'M3.5 4.5V10H9');
export const OfflineIcon = drawn(
  'M3 3l18 18',
  'M5 12.5a10 10 0 0 1 4.5-2.6',
  'M19 12.5a10 10 0 0 0-5-2.8',
  'M8.5 16a5 5 0 0 1 7 0',
  'M12 19.5v.1',
);
export const SwapIcon = drawn('M7 4L3 8l4 4', 'M3 8h18', 'M17 12l4 4-4 4', 'M21 16H3');
