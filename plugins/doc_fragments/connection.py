# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Connection options of plugins: names, types and sources are those of amazon.aws, as a test makes sure of.

    They are written down here because every task of every host that uses a lookup loads its documentation anew:
    amazon.aws's three fragments take a third of the time that an answer from the run's cache takes in all.
    """

    DOCUMENTATION = r"""
requirements:
  - python >= 3.10
  - boto3 >= 1.35.0
  - botocore >= 1.35.0
options:
  access_key:
    description: AWS access key id. Excludes O(profile).
    type: str
    aliases: [aws_access_key_id, aws_access_key]
    env: [{name: AWS_ACCESS_KEY_ID}, {name: AWS_ACCESS_KEY}]
  secret_key:
    description: AWS secret access key. Excludes O(profile).
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
    env: [{name: AWS_SECRET_ACCESS_KEY}, {name: AWS_SECRET_KEY}]
  session_token:
    description: AWS STS session token, for temporary credentials. Excludes O(profile).
    type: str
    aliases: [aws_session_token]
    env: [{name: AWS_SESSION_TOKEN}]
  profile:
    description: A named profile of the AWS configuration. Excludes O(access_key), O(secret_key) and O(session_token).
    type: str
    aliases: [aws_profile]
    env: [{name: AWS_PROFILE}, {name: AWS_DEFAULT_PROFILE}]
  endpoint_url:
    description: URL to connect to instead of AWS's own endpoints.
    type: str
    aliases: [aws_endpoint_url]
    env: [{name: AWS_URL}]
  region:
    description: The AWS region to use; else that of the profile.
    type: str
    aliases: [aws_region]
    env: [{name: AWS_REGION}]
  assume_role_arn:
    description: The ARN of a role to assume. The credentials that are given have to allow C(sts:AssumeRole).
    type: str
    aliases: [iam_role_arn]
notes:
  - Credentials, profiles and the region are also taken from where boto3 finds them on the controller, as
    C(~/.aws/config) or the role of the instance.
"""
