#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# network-setup: the part of module-setup for sources in the network: curl, and what it asks for names
# and certificates. Each system has its bundle of those in another place.

inst_multiple curl
inst_libdir_file "libnss_dns.so*" "libnss_files.so*"
inst_multiple -o /etc/nsswitch.conf /etc/ssl/certs/ca-certificates.crt /etc/ssl/ca-bundle.pem \
	/etc/pki/tls/certs/ca-bundle.crt /var/lib/ca-certificates/ca-bundle.pem
