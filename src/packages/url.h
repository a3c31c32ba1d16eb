/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * url - the address of a repository that is fetched, and of the files in it.
 *
 * Layer: packages. Pure: memory in, memory out. Metadata is hostile: what it names has to lie below
 * the repository, or be an http(s) URL as plain as the user's.
 */
#pragma once

#include <stdbool.h>

/* All zero is none. */
struct url {
	char *folder; /* without user and query, up to and with its last '/' */
	char *query; /* what stood behind '?', for every file below; NULL if nothing */
	char *user; /* "user:password", decoded; NULL if none */
};

/* Does TEXT begin with http:// or https://, in whatever case? */
bool url_is_http(const char *text);
/* TEXT without what may be a secret: user, password and query, which holds tokens. Owned. */
char *url_shown(const char *text);
/*
 * Take the URL of a repository apart. 0, -EINVAL with *RETERR_WHY (static) if it is none or too
 * long, or -ENOMEM.
 */
int url_parse(const char *text, struct url *ret, const char **reterr_why);
bool url_is_secure(const struct url *url);
/* TEXT, with "%XX" decoded in place. */
void url_decode(char *text);
/*
 * The URL of the file at LOCATION: below the folder of BASE, or if it is an http(s) URL itself,
 * that; then it must not be less secure than BASE, name no user, and gets nothing of BASE.
 * Escapes that stand in it are kept, what may not stand in a URL is escaped.
 * 0; -EINVAL with *RETERR_WHY if it leads elsewhere; -ENOMEM.
 */
int url_of_file(const struct url *base, const char *location, char **ret, const char **reterr_why);
void url_done(struct url *url);

#define auto_url __attribute__((cleanup(url_done)))
