/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

int error_set(struct error *error, int r, const char *what, const char *on, const char *why,
	      const char *hint)
{
	if (!error || error->what)
		return r;
	error->what = strdup(what);
	error->on = on ? text_printable(on) : NULL;
	error->why = text_printable(why ? why : strerror(-r));
	error->hint = hint ? strdup(hint) : NULL;
	return r;
}

int error_setf(struct error *error, int r, const char *what, const char *on, const char *hint,
	       const char *why_format, ...)
{
	auto_free char *why = NULL;
	va_list args;

	va_start(args, why_format);
	why = text_vformat(why_format, args);
	va_end(args);
	return error_set(error, r, what, on, why, hint);
}

char *error_sentence(const struct error *error)
{
	return text_format("cannot %s%s%s%s%s%s%s%s", error->what ? error->what : "go on",
			   error->on ? " '" : "", error->on ? error->on : "", error->on ? "'" : "",
			   error->why ? ": " : "", error->why ? error->why : "",
			   error->hint ? "; " : "", error->hint ? error->hint : "");
}

void error_done(struct error *error)
{
	free(error->what);
	free(error->on);
	free(error->why);
	free(error->hint);
	*error = (struct error){ 0 };
}
