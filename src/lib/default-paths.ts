/** Where the notify socket is, unless the configuration says otherwise; scripts look for it here without reading any. */
export const DEFAULT_NOTIFY_SOCKET = "/run/vrrpwatch/notify.sock";
