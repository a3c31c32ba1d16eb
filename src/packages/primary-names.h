/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * primary-names - which of rpm-md's two vocabularies the name of an element is of.
 *
 * Layer: packages. libsolv goes by the prefixes that createrepo writes, none and "rpm"; these mean
 * here what they mean there. Another prefix means what it is bound to, and if it is bound to
 * nothing the element is told by its name alone.
 */
#pragma once

#include <stddef.h>

#include "packages/xml.h"

/* Bits. */
enum primary_vocabulary { PRIMARY_FOREIGN = 0, PRIMARY_COMMON = 1, PRIMARY_RPM = 2 };

/** Bound prefixes that are remembered; longer ones and more of them count as bound to nothing. */
#define PRIMARY_PREFIXES 16
#define PRIMARY_PREFIX   32

/* All zero is none. */
struct primary_names {
	size_t count;
	struct {
		char text[PRIMARY_PREFIX];
		size_t depth; /* of the element that binds it */
		unsigned int vocabulary;
	} prefixes[PRIMARY_PREFIXES];
};

/* Remember what the element that starts binds. */
void primary_names_enter(struct primary_names *names, const struct xml_event *start);
/* Forget what the element at DEPTH has bound. */
void primary_names_leave(struct primary_names *names, size_t depth);
/* Split NAME: bits of enum primary_vocabulary, and what stands behind the prefix in *RET_LOCAL. */
unsigned int primary_names_split(const struct primary_names *names, const struct xml_text *name,
				 struct xml_text *ret_local);
