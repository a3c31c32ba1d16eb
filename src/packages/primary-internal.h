/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * primary-internal - one package on its way into a record, for primary.c.
 *
 * Layer: packages. What libsolv's repo_rpmmd.c makes of odd values was found out by asking it
 * (0.7.23); tests/unit/test-primary-oracle.c asks again.
 */
#pragma once

#include "packages/primary-names.h"
#include "packages/record.h"
#include "packages/xml.h"

/* A text that grows. */
struct primary_text {
	char *at;
	size_t size, room; /* in bytes */
};

/* A package that is read. */
struct primary_package {
	struct record record;
	const char *kind; /* "pattern" and so on, NULL for a package */
	unsigned int lists; /* bits of enum record_list: there was an element of it */
	struct primary_text text; /* of the element that is read, or a value that is made up */
};

/* 0, -EFBIG, -ENOMEM, or -EBADMSG with *RETERR_WHY a phrase; so all that take it. */
int primary_text_append(struct primary_text *text, const char *more, size_t length);

int primary_package_begin(struct primary_package *package, const char *kind);
int primary_package_version(struct primary_package *package, const struct xml_event *event);
int primary_package_location(struct primary_package *package, const struct xml_event *event);
int primary_package_size(struct primary_package *package, const struct xml_event *event);
int primary_package_checksum_type(struct primary_package *package, const struct xml_event *event);
/* A list begins: of several of a kind only the last counts. */
void primary_package_list(struct primary_package *package, enum record_list list);
int primary_package_entry(struct primary_package *package, enum record_list list,
			  const struct xml_event *event, const char **reterr_why);
/* The text of an element is in PACKAGE->text. */
int primary_package_name(struct primary_package *package);
int primary_package_text(struct primary_package *package, uint32_t *ret);
int primary_package_checksum(struct primary_package *package, const char **reterr_why);
int primary_package_file(struct primary_package *package);
void primary_package_done(struct primary_package *package);
