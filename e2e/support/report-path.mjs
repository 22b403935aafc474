/** Where browsers tell the test server of violations of the studio's policy. */
export const reportPath = '/policy-violation';
