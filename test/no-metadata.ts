/** The cloud SDKs ask their metadata service for credentials unless told not to. */
process.env['AWS_EC2_METADATA_DISABLED'] = 'true'
process.env['METADATA_SERVER_DETECTION'] = 'none'
