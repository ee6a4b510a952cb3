/** Two who meet: an open ring, and a point that comes to it. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="9" class="logo-ground" />
      <path
        d="M21.5 11.5a7 7 0 1 0 0 9"
        fill="none"
        stroke="#fff"
        stroke-width="3.4"
        stroke-linecap="round"
      />
      <circle cx="22.4" cy="16" r="2.4" fill="#a5f3d0" />
    </svg>
  );
}
