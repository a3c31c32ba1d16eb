/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/url.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

#define HTTP  "http://"
#define HTTPS "https://"

/* What may stand in the path of a URL as it is (RFC 3986, 3.3); '%' for the escapes in it. */
#define PATH_MARKS "-._~!$&'()*+,;=:@/%"
/* The same of a query, and of a host with its port. */
#define QUERY_MARKS PATH_MARKS "?"
#define HOST_MARKS  "-._:[]"

static bool has_scheme(const char *text, const char *scheme)
{
	return strncasecmp(text, scheme, strlen(scheme)) == 0;
}

bool url_is_http(const char *text)
{
	return has_scheme(text, HTTP) || has_scheme(text, HTTPS);
}

bool url_is_secure(const struct url *url)
{
	return has_scheme(url->folder, HTTPS);
}

char *url_shown(const char *text)
{
	size_t length = strcspn(text, "?#");
	const char *host = strstr(text, "://");
	const char *at = NULL;

	if (!host || (size_t)(host - text) > length)
		return strndup(text, length);
	host += strlen("://");
	for (const char *c = host; c < text + length && *c != '/'; c++)
		if (*c == '@')
			at = c + 1;
	if (!at)
		return strndup(text, length);
	return text_format("%.*s%.*s", (int)(host - text), text, (int)(text + length - at), at);
}

void url_decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++, to++) {
		int high = from[0] == '%' ? text_hex_digit(from[1]) : -1;
		int low = high >= 0 ? text_hex_digit(from[2]) : -1;

		*to = low >= 0 ? (char)(high * 16 + low) : *from;
		if (low >= 0)
			from += 2;
	}
	*to = '\0';
}

static bool is_plain(char c, const char *marks)
{
	return isascii((unsigned char)c) && (isalnum((unsigned char)c) || (c && strchr(marks, c)));
}

static bool all_plain(const char *text, size_t length, const char *marks)
{
	for (size_t i = 0; i < length; i++)
		if (!is_plain(text[i], marks))
			return false;
	return true;
}

/* TEXT of LENGTH bytes with what may not stand in a path as "%XX". Owned. */
static char *escape(const char *text, size_t length)
{
	char *escaped = malloc(length * 3 + 1);
	char *to = escaped;

	for (size_t i = 0; escaped && i < length; i++) {
		static const char digits[] = "0123456789ABCDEF";
		unsigned char c = (unsigned char)text[i];
		bool stray = c == '%' && (i + 2 >= length || text_hex_digit(text[i + 1]) < 0 ||
					  text_hex_digit(text[i + 2]) < 0);

		if (is_plain(text[i], PATH_MARKS) && !stray) {
			*to++ = text[i];
			continue;
		}
		*to++ = '%';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	if (escaped)
		*to = '\0';
	return escaped;
}

static int refuse(const char **reterr_why, const char *why)
{
	*reterr_why = why;
	return -EINVAL;
}

/* "user" alone would have curl ask for the password. */
static char *decode_user(const char *text, size_t length)
{
	auto_free char *user =
		text_format("%.*s%s", (int)length, text, memchr(text, ':', length) ? "" : ":");

	if (user)
		url_decode(user);
	return take(user);
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* TEXT's scheme and host up to its path, checked; *RET_USER is where a user begins, or NULL. */
static int find_path(const char *text, const char **ret_user, const char **ret_host,
		     const char **ret_path, const char **reterr_why)
{
	const char *start, *path, *host;

	if (!url_is_http(text))
		return refuse(reterr_why, "it is no http(s) URL");
	start = text + strlen(has_scheme(text, HTTPS) ? HTTPS : HTTP);
	path = host = start + strcspn(start, "/?#");
	if (strnlen(text, URL_MAX + 1) > URL_MAX)
		return refuse(reterr_why, "it is too long");
	if (has_control(text))
		return refuse(reterr_why, "it has control characters");
	while (host > start && host[-1] != '@')
		host--;
	if (host == path || !all_plain(host, (size_t)(path - host), HOST_MARKS))
		return refuse(reterr_why, "it names no proper host");
	*ret_user = host > start ? start : NULL;
	*ret_host = host;
	*ret_path = path;
	return 0;
}

int url_parse(const char *text, struct url *ret, const char **reterr_why)
{
	auto_url struct url url = { 0 };
	const char *user, *host, *path, *query;
	auto_free char *escaped = NULL;
	size_t length;
	int r = find_path(text, &user, &host, &path, reterr_why);

	if (r < 0)
		return r;
	length = strcspn(path, "?#");
	query = path[length] == '?' ? path + length + 1 : NULL;
	if (query && !all_plain(query, strcspn(query, "#"), QUERY_MARKS))
		return refuse(reterr_why, "its query has characters that need to be escaped");
	escaped = escape(path, length);
	if (!escaped)
		return -ENOMEM;
	url.folder =
		text_format("%s%.*s%s%s", has_scheme(text, HTTPS) ? HTTPS : HTTP,
			    (int)(path - host), host, escaped, text_ends(escaped, "/") ? "" : "/");
	url.query = query ? strndup(query, strcspn(query, "#")) : NULL;
	url.user = user ? decode_user(user, (size_t)(host - user) - 1) : NULL;
	if (!url.folder || (query && !url.query) || (user && !url.user))
		return -ENOMEM;
	if (url.user && has_control(url.user))
		return refuse(reterr_why, "its user has control characters");
	*ret = url;
	url = (struct url){ 0 };
	return 0;
}

static int check_foreign(const struct url *base, const char *location, const char **reterr_why)
{
	const char *user, *host, *path;
	int r = find_path(location, &user, &host, &path, reterr_why);

	if (r < 0)
		return r;
	if (user)
		return refuse(reterr_why, "it names a user");
	if (url_is_secure(base) && !has_scheme(location, HTTPS))
		return refuse(reterr_why, "it leads from https to http");
	if (!all_plain(location, strlen(location), QUERY_MARKS "[]"))
		return refuse(reterr_why, "it has characters that need to be escaped");
	return 0;
}

/* However often it is decoded on its way: it must stay below. */
static int check_below(const char *location, const char **reterr_why)
{
	auto_free char *decoded = strdup(location);
	bool safe = true;

	if (!decoded)
		return -ENOMEM;
	for (int times = 0; safe && times < 3; times++) {
		safe = path_is_safe(decoded) && !strchr(decoded, '\\');
		url_decode(decoded);
	}
	if (!safe || strstr(location, "://") || strcasestr(location, "%00"))
		return refuse(reterr_why, "it leads out of the repository");
	return 0;
}

int url_of_file(const struct url *base, const char *location, char **ret, const char **reterr_why)
{
	auto_free char *escaped = NULL;
	bool foreign = url_is_http(location);
	int r;

	if (strnlen(location, URL_MAX + 1) > URL_MAX)
		return refuse(reterr_why, "it is too long");
	r = foreign ? check_foreign(base, location, reterr_why) : check_below(location, reterr_why);
	if (r < 0)
		return r;
	escaped = foreign ? strdup(location) : escape(location, strlen(location));
	if (escaped && !foreign)
		*ret = text_format("%s%s%s%s", base->folder, escaped, base->query ? "?" : "",
				   base->query ? base->query : "");
	else
		*ret = take(escaped);
	return *ret ? 0 : -ENOMEM;
}

void url_done(struct url *url)
{
	free(url->folder);
	free(url->query);
	free(url->user);
	*url = (struct url){ 0 };
}
