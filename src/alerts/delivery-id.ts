/** What a delivery may be called: it stands in a path, in the name of a file and in a person's shell. */
export const deliveryIdPattern = /^[A-Za-z0-9_-]{1,100}$/;
