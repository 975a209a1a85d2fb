/** Vibrate in this pattern (milliseconds), where the device can and the person has touched the page. */
export function vibrate(pattern) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}
